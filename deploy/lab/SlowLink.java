import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A slow and lossy link between two network namespaces: a TUN interface in each, and what enters
 * the one leaves the other later. Needs nothing of the kernel but TUN. Runs until it is ended, and
 * its interfaces end with it.
 */
public class SlowLink {
  private static final int O_RDWR = 2;
  private static final int CLONE_NEWNET = 0x40000000;
  private static final long TUNSETIFF = 0x400454caL;
  private static final short TUN_WITHOUT_HEADER = 0x1001;
  private static final int IFREQ_BYTES = 40;
  private static final int FLAGS_AT = 16;
  private static final int MTU = 65_536;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN = call("open", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle IOCTL = call("ioctl", JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle SETNS = call("setns", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle READ = call("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE = call("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

  /**
   * @param arguments the interface here, the other namespace's path, the interface there, a delay
   *     in milliseconds, a loss in percent
   */
  public static void main(String[] arguments) throws Throwable {
    int millis = Integer.parseInt(arguments[3]);
    int loss = Integer.parseInt(arguments[4]);
    try (Arena arena = Arena.ofConfined()) {
      int here = tun(arena, arguments[0]);
      int namespace = (int) OPEN.invokeExact(arena.allocateFrom(arguments[1]), 0);
      check((int) SETNS.invokeExact(namespace, CLONE_NEWNET), "setns " + arguments[1]);
      int there = tun(arena, arguments[2]);
      ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
      Thread back = Thread.ofPlatform().start(() -> carry(there, here, millis, loss, later));
      System.out.println("ready");
      carry(here, there, millis, loss, later);
      back.join();
    }
  }

  private static int tun(Arena arena, String name) throws Throwable {
    int file = (int) OPEN.invokeExact(arena.allocateFrom("/dev/net/tun"), O_RDWR);
    check(file, "open /dev/net/tun");
    MemorySegment request = arena.allocate(IFREQ_BYTES);
    request.setString(0, name);
    request.set(JAVA_SHORT, FLAGS_AT, TUN_WITHOUT_HEADER);
    check((int) IOCTL.invokeExact(file, TUNSETIFF, request), "interface " + name);
    return file;
  }

  private static void carry(
      int from, int to, int millis, int loss, ScheduledExecutorService later) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment packet = arena.allocate(MTU);
      while (true) {
        long length = (long) READ.invokeExact(from, packet, (long) MTU);
        if (length > 0 && ThreadLocalRandom.current().nextInt(100) >= loss) {
          byte[] copy = packet.asSlice(0, length).toArray(JAVA_BYTE);
          later.schedule(() -> send(to, copy), millis, TimeUnit.MILLISECONDS);
        } else if (length <= 0) {
          // The interface is not up yet.
          Thread.sleep(10);
        }
      }
    } catch (Throwable failed) {
      failed.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private static void send(int to, byte[] packet) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, packet);
      long sent = (long) WRITE.invokeExact(to, bytes, (long) packet.length);
      assert sent <= packet.length;
    } catch (Throwable failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static void check(int result, String what) {
    if (result < 0) {
      throw new IllegalStateException(what + " was refused");
    }
  }

  private static MethodHandle call(String name, ValueLayout result, ValueLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
  }
}
