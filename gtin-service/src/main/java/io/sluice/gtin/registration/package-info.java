/**
 * Announces the service in etcd, so that every gateway sends to it, and withdraws it before it
 * drains.
 *
 * <p>One thread of plain, blocking code; etcd being away never stops the service.
 */
@NullMarked
package io.sluice.gtin.registration;

import org.jspecify.annotations.NullMarked;
