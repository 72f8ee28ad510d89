/**
 * The control plane: follows the store and brings the running gateway in line with it. One thread
 * of plain, blocking, top-to-bottom code.
 *
 * <p>Level-triggered: every event leads to a look at the whole tree, so key order does not matter
 * and a lost event is repaired by the next. Never imports the data path: it reaches the sockets as
 * {@link io.sluice.gateway.table.TableFollower}s.
 *
 * <pre>
 *   EtcdSource | FolderSource ──▶ KeyTree ──▶ Reconciler: ConfigReader ──▶ TableCompiler ──▶ LiveTable.publish
 *                                                ──▶ sockets follow ──▶ endpoints retire ──▶ ControlStatus, state on disk
 * </pre>
 */
@NullMarked
package io.sluice.gateway.control;

import org.jspecify.annotations.NullMarked;
