package io.sluice.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.config.AcmeProof;
import io.sluice.gateway.config.ListenerTls;
import io.sluice.gateway.config.Problem;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProofCertificateTest {
  private static final int RECORD_AND_MESSAGE_HEADER_BYTES = 9;

  private final List<Problem> problems = new ArrayList<>();

  /** The body of what a client sends first that speaks these protocols. */
  private static ByteBuf hello(String... protocols) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    SSLEngine client = context.createSSLEngine("shop.example", 443);
    client.setUseClientMode(true);
    SSLParameters parameters = client.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    client.setSSLParameters(parameters);
    ByteBuffer sent = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
    client.wrap(ByteBuffer.allocate(0), sent);
    return Unpooled.wrappedBuffer(sent.flip()).skipBytes(RECORD_AND_MESSAGE_HEADER_BYTES);
  }

  @Test
  void onlyWhoSpeaksNothingElseAsksForAProof() throws Exception {
    assertThat(ProofCertificate.isAskedBy(hello("acme-tls/1"))).isTrue();
    assertThat(ProofCertificate.isAskedBy(hello("h2", "http/1.1"))).isFalse();
    assertThat(ProofCertificate.isAskedBy(hello("acme-tls/1", "h2"))).isFalse();
    assertThat(ProofCertificate.isAskedBy(hello("h2", "acme-tls/1"))).isFalse();
    assertThat(ProofCertificate.isAskedBy(hello("acme-tls/2"))).isFalse();
    assertThat(ProofCertificate.isAskedBy(hello())).isFalse();
  }

  @Test
  void aHelloThatIsBrokenAsksForNothingAndIsLeftAsItIs() throws Exception {
    ByteBuf whole = hello("acme-tls/1");
    for (int length = 0; length < whole.readableBytes(); length++) {
      ByteBuf part = whole.copy(0, length);
      assertThat(ProofCertificate.isAskedBy(part)).as("%d bytes", length).isFalse();
      assertThat(part.readableBytes()).isEqualTo(length);
    }
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      ByteBuf broken = whole.copy();
      for (int j = 0; j < 5; j++) {
        broken.setByte(random.nextInt(broken.readableBytes()), random.nextInt());
      }
      // It answers, whatever it is given.
      ProofCertificate.isAskedBy(broken);
    }
  }

  private ServerNames names(@Nullable ServerNames previous, AcmeProof... proofs) {
    return ServerNames.of("l", ListenerTls.DEFAULT, List.of(), List.of(proofs), previous, problems);
  }

  @Test
  void aProofIsShownForItsNameAsLongAsItIsThere() {
    AcmeProof heard = new AcmeProof("t1", "t1.thumb", "");
    AcmeProof shown = new AcmeProof("t2", "t2.thumb", "Shop.example");
    ServerNames before = names(null, heard, shown);

    assertThat(before.hasProofs()).isTrue();
    assertThat(before.proof("shop.example")).isNotNull();
    assertThat(before.proof("other.example")).isNull();
    // Nobody who asks for the name in another protocol is shown it.
    assertThat(before.find("shop.example")).isNull();
    assertThat(names(before, shown).proof("shop.example")).isSameAs(before.proof("shop.example"));
    AcmeProof next = new AcmeProof("t3", "t3.thumb", "shop.example");
    assertThat(names(before, next).proof("shop.example")).isNotSameAs(before.proof("shop.example"));
    assertThat(names(before, heard).hasProofs()).isFalse();
    assertThat(problems).isEmpty();
  }
}
