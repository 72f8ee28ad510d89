/**
 * Rows of files that people have made: CSV as spreadsheets, shops and databases write it, or JSON
 * Lines. Whatever is wrong with a row costs that row alone, and no value is chosen or dropped in
 * silence.
 *
 * <pre>
 *   bytes ──▶ TextFile ──▶ RowReader ──▶ CsvRows ──▶ Columns ──▶ Row, or a broken one
 *     gzip, zip, marks,      what it        │  JsonRows ──▶
 *     encoding               begins with
 * </pre>
 *
 * <p>Blocks; one thread.
 */
@NullMarked
package io.sluice.gtin.rows;

import org.jspecify.annotations.NullMarked;
