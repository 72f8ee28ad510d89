package io.sluice.gateway.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopLedgerTest {
  private static final long DIRECT = 1_000_000;

  private long now;
  private final Ledger all = new Ledger(DIRECT, DIRECT, 1_000, 1, () -> now);
  private final LoopLedger ledger = all.loop(0);
  private final List<String> cut = new ArrayList<>();

  /** Somebody who holds bytes until it is cut. */
  private final class Client implements Holder {
    private final String name;
    private final Account account;
    private long bytes;

    Client(String name, long bytes) {
      this.name = name;
      this.account = ledger.account(Budget.UNREAD, this);
      holds(bytes);
    }

    void holds(long newBytes) {
      bytes = newBytes;
      account.set(newBytes);
    }

    @Override
    public long holds() {
      return bytes;
    }

    @Override
    public void cut() {
      cut.add(name);
      bytes = 0;
    }
  }

  @Test
  void whatIsGivenBackIsWhatWasTaken() {
    Client one = new Client("one", 1_000);
    Client two = new Client("two", 2_000);

    one.holds(5_000);
    two.holds(0);
    one.account.close();

    assertThat(ledger.used(Budget.UNREAD)).isZero();
  }

  @Test
  void nobodyIsCutWhileThereIsRoom() {
    Client client = new Client("slow", DIRECT / 100 * 20);

    pass(60);

    assertThat(cut).isEmpty();
    assertThat(client.account.bytes()).isEqualTo(200_000);
  }

  @Test
  void theLargestThatDoNotMoveAreCutUntilAQuarterIsFree() {
    new Client("small", 30_000);
    new Client("large", 150_000);
    new Client("larger", 180_000);

    pass(2);

    assertThat(cut).containsExactly("larger");
    assertThat(ledger.used(Budget.UNREAD)).isEqualTo(180_000);
    assertThat(ledger.refused(Budget.UNREAD)).isEqualTo(1);
  }

  @Test
  void whoMovesIsNotCut() {
    Client reads = new Client("reads", 380_000);
    new Client("stalls", 20_000);

    for (int i = 0; i < 4; i++) {
      reads.holds(reads.bytes - reads.bytes / 6);
      now += TimeUnit.MILLISECONDS.toNanos(300);
      ledger.look();
      reads.holds(380_000);
      ledger.look();
    }

    assertThat(cut).containsOnly("stalls");
  }

  @Test
  void aWaiterGoesOnOnceWhenThereIsRoom() {
    List<String> went = new ArrayList<>();
    Client client = new Client("client", 390_000);
    LoopLedger.Waiter waiter = () -> went.add("on");
    assertThat(ledger.hasRoom(Budget.UNREAD, waiter)).isFalse();
    assertThat(ledger.hasRoom(Budget.UNREAD, waiter)).isFalse();
    ledger.look();
    assertThat(went).isEmpty();

    client.holds(0);
    ledger.look();

    assertThat(went).containsExactly("on");
  }

  @Test
  void whatDoesNotFitIsNotTakenAndIsCounted() {
    Account account = ledger.account(Budget.WAITING);

    assertThat(account.take(150_000)).isTrue();
    assertThat(account.take(1)).isFalse();

    assertThat(ledger.used(Budget.WAITING)).isEqualTo(150_000);
    assertThat(all.use(Budget.WAITING).refused()).isEqualTo(1);
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds * 4; i++) {
      now += TimeUnit.MILLISECONDS.toNanos(250);
      ledger.look();
    }
  }
}
