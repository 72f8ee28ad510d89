package io.sluice.gtin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitedFileTest {
  @TempDir private Path folder;

  @Test
  void aFileTakesWhatThereIsRoomForAndNoByteMore() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      Path path = folder.resolve("rows");
      AsyncFile file = vertx.fileSystem().open(path.toString(), new OpenOptions()).await();
      LimitedFile limited = new LimitedFile(file, 10);

      limited.write(Buffer.buffer("0123456789")).await();
      assertThatThrownBy(() -> limited.write(Buffer.buffer("x")).await())
          .isInstanceOf(Malformed.class)
          .hasMessageContaining("found 11 bytes, expected at most 10");
      limited.end().await();

      assertThat(path).content().isEqualTo("0123456789");
      assertThat(Files.size(path)).isEqualTo(10);
    } finally {
      vertx.close().await();
    }
  }
}
