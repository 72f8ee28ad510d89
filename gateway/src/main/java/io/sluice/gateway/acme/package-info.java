/**
 * Certificates that are got from an authority by themselves (ACME, RFC 8555). One gateway of the
 * fleet asks, all answer the authority and serve what was got, since it stands in the store.
 *
 * <pre>
 *   hosts/a/host AutoCert ──▶ CertificateKeeper ──▶ Issuance ──▶ the authority
 *                                   │  ▲                            │ GET /.well-known/acme-challenge/
 *                                   ▼  │                            ▼
 *                        acme/certificates/a, acme/proofs/token ──▶ every gateway
 * </pre>
 */
@NullMarked
package io.sluice.gateway.acme;

import org.jspecify.annotations.NullMarked;
