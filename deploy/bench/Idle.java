import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Opens connections, sends one request on each, and keeps them open and idle until it is ended. */
public class Idle {
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = Integer.parseInt(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    byte[] request =
        ("GET " + arguments[2] + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    SocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    byte[] answer = new byte[64 * 1024];
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Socket socket = new Socket();
      socket.connect(target);
      socket.getOutputStream().write(request);
      if (socket.getInputStream().read(answer) < 0) {
        throw new IOException("connection " + i + " was closed");
      }
      open.add(socket);
    }
    System.out.println(open.size() + " open");
    Thread.sleep(60_000);
  }
}
