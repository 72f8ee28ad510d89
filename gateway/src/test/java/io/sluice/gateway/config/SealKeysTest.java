package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets are sealed under named keys, and opened by whoever has the key, and by nobody else. */
class SealKeysTest {
  private static final String SECRET = "-----BEGIN PRIVATE KEY-----\nöäü\n";

  @TempDir private Path folder;

  private SealKeys keys(String lines) throws IOException {
    return SealKeys.read(Files.writeString(folder.resolve("keys"), lines));
  }

  private static byte[] counting(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  @Test
  void theBoxIsTheOneOfNacl() {
    byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
    byte[] box = SecretBox.seal(counting(32), counting(24), text);

    assertThat(HexFormat.of().formatHex(box))
        .isEqualTo("6698275b38ecb8df145509d9a09b0210369a5423a8");
    assertThat(SecretBox.open(counting(32), counting(24), box)).isEqualTo(text);
    for (int i = 0; i < box.length; i++) {
      byte[] damaged = box.clone();
      damaged[i] ^= 1;
      assertThat(SecretBox.open(counting(32), counting(24), damaged)).isNull();
    }
    assertThat(SecretBox.open(counting(32), counting(24), new byte[15])).isNull();
  }

  @Test
  void whatTheFirstKeySealsEveryFileWithThatKeyOpens() throws Exception {
    String one = SealKeys.newLine("one");
    String two = SealKeys.newLine("two");
    String sealed = keys(one).seal(SECRET);

    assertThat(SealKeys.isSealed(sealed)).isTrue();
    assertThat(sealed).isNotEqualTo(keys(one).seal(SECRET));
    assertThat(keys(two + one).open(sealed)).isEqualTo(SECRET);
    assertThat(keys(two + one).isSealedByFirst(sealed)).isFalse();
    assertThat(keys(one + two).isSealedByFirst(sealed)).isTrue();
    assertThatThrownBy(() -> keys(two).open(sealed))
        .hasMessageContaining("sealed under the key one, which")
        .hasMessageContaining("does not have");
    assertThatThrownBy(() -> SealKeys.none().open(sealed)).hasMessageContaining("no --seal-key");
    assertThatThrownBy(() -> keys(SealKeys.newLine("one")).open(sealed))
        .hasMessageContaining("does not open");
  }

  @Test
  void aKeyThatComesToTheFileReachesWhoHasReadItAlready() throws Exception {
    String two = SealKeys.newLine("two");
    String sealed = keys(two).seal(SECRET);
    SealKeys running = keys(SealKeys.newLine("one"));
    Path file = folder.resolve("keys");
    Files.writeString(file, two + Files.readString(file));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1));

    assertThat(running.open(sealed)).isEqualTo(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "one\n",
        "one 1234\n",
        "a b 0000000000000000000000000000000000000000000000000000000000000000\n",
        "one/ 0000000000000000000000000000000000000000000000000000000000000000\n",
        "zz00000000000000000000000000000000000000000000000000000000000000\n",
      })
  void aFileOfSomethingElseIsRefusedWithItsLine(String lines) {
    assertThatThrownBy(() -> keys(lines))
        .hasMessageContaining("64 hexadecimal digits")
        .hasMessageContaining(folder.resolve("keys").toString());
  }

  @Test
  void anotherWayOfSealingIsNamed() throws Exception {
    String other =
        Base64.getEncoder()
            .encodeToString("{\"Encryption\":\"x.v2\"}".getBytes(StandardCharsets.UTF_8));
    SealKeys some = keys(SealKeys.newLine("one"));

    assertThatThrownBy(() -> some.open(other)).hasMessageContaining("\"x.v2\", expected secretbox");
    assertThat(SealKeys.isSealed(SECRET)).isFalse();
    assertThat(SealKeys.isSealed("")).isFalse();
    assertThat(SealKeys.isSealed("eyJhIjoxfQ==")).isFalse();
  }
}
