package io.sluice.gateway.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.sluice.gateway.config.ListenerTls;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys that session tickets are sealed with (RFC 5077): the same for all certificates under the
 * same settings, so that a session survives a changed certificate, and never the same for different
 * settings, so that a session which began without a client's certificate is never resumed where one
 * is required. Random for each process and settings; they live as long as the process.
 */
final class TicketKeys {
  private static final Map<ListenerTls, byte[]> SECRETS = new ConcurrentHashMap<>();

  private TicketKeys() {}

  static void apply(OpenSslSessionContext context, ListenerTls settings) {
    if (!settings.sessionTickets()) {
      context.setSessionCacheEnabled(false);
      context.setTicketKeys();
      return;
    }
    byte[] secret = SECRETS.computeIfAbsent(settings, s -> random());
    context.setTicketKeys(
        new OpenSslSessionTicketKey(
            part(secret, 0, OpenSslSessionTicketKey.NAME_SIZE),
            part(secret, OpenSslSessionTicketKey.NAME_SIZE, OpenSslSessionTicketKey.HMAC_KEY_SIZE),
            part(
                secret,
                OpenSslSessionTicketKey.NAME_SIZE + OpenSslSessionTicketKey.HMAC_KEY_SIZE,
                OpenSslSessionTicketKey.AES_KEY_SIZE)));
  }

  private static byte[] random() {
    byte[] secret = new byte[OpenSslSessionTicketKey.TICKET_KEY_SIZE];
    new SecureRandom().nextBytes(secret);
    return secret;
  }

  private static byte[] part(byte[] secret, int from, int length) {
    return java.util.Arrays.copyOfRange(secret, from, from + length);
  }
}
