package io.sluice.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.HealthSettings;
import io.sluice.gateway.config.LoadBalancing;
import io.sluice.gateway.config.LoadBalancing.Policy;
import io.sluice.gateway.config.RequestKey;
import io.sluice.gateway.http.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BalancerTest {
  private static final HealthSettings.Check CHECK =
      new HealthSettings.Check(
          HealthSettings.Kind.HTTP, "/", "", "", Duration.ZERO, Duration.ZERO, 2, 3);
  private static final HealthSettings SETTINGS =
      new HealthSettings(
          CHECK,
          new HealthSettings.Outliers(3, Duration.ofSeconds(30), 50),
          Duration.ofSeconds(10));

  private final AtomicLong clock = new AtomicLong();
  private final EjectionCap cap = new EjectionCap();
  private final Candidate a = candidate("a", 1);
  private final Candidate b = candidate("b", 1);
  private final Candidate c = candidate("c", 1);

  private Candidate candidate(String host, int weight) {
    cap.endpoints(3);
    Candidate candidate = unchecked(host, weight);
    candidate.health().checked("", CHECK);
    return candidate;
  }

  private Candidate unchecked(String host, int weight) {
    return new Candidate(
        new Endpoint(new EndpointKey(host, 1)),
        weight,
        new Health(host, SETTINGS, cap, clock::get));
  }

  private static Balancer balancer(Policy policy, Candidate... candidates) {
    return Balancer.of(
        new LoadBalancing(policy, new RequestKey(RequestKey.Part.PATH, ""), 125, 0),
        List.of(candidates));
  }

  private Balancer warm(Policy policy, Candidate... candidates) {
    clock.addAndGet(Duration.ofSeconds(10).toNanos());
    return balancer(policy, candidates);
  }

  private static List<Candidate> picks(Balancer balancer, int count) {
    List<Candidate> picks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      picks.add(balancer.pick(List.of(), i));
    }
    return picks;
  }

  @Test
  void equalWeightsTakeTurns() {
    assertThat(picks(warm(Policy.ROUND_ROBIN, a, b), 4)).containsExactly(a, b, a, b);
  }

  @Test
  void heavierEndpointsComeMoreOftenAndSpreadOut() {
    Candidate heavy = candidate("heavy", 5);

    assertThat(picks(warm(Policy.ROUND_ROBIN, heavy, b, c), 7))
        .containsExactly(heavy, heavy, b, heavy, c, heavy, heavy);
  }

  @Test
  void veryFineWeightsKeepTheirRatio() {
    Candidate fine = candidate("fine", 999_983);
    Candidate third = candidate("third", 333_331);

    long ofFine =
        picks(warm(Policy.ROUND_ROBIN, fine, third), 4_000).stream().filter(fine::equals).count();

    assertThat(ofFine).isBetween(2_950L, 3_050L);
  }

  @ParameterizedTest
  @EnumSource(Policy.class)
  void whatWasTriedIsPassedOver(Policy policy) {
    Balancer balancer = warm(policy, a, b);

    assertThat(IntStream.range(0, 50).mapToObj(i -> balancer.pick(List.of(a), i))).containsOnly(b);
    assertThat(balancer.pick(List.of(a, b), 1)).isNull();
  }

  @ParameterizedTest
  @EnumSource(Policy.class)
  void nobodyIsPickedFromNobody(Policy policy) {
    assertThat(balancer(policy).pick(List.of(), 1)).isNull();
  }

  @Test
  void theRoundGoesOnAfterAChange() {
    Balancer before = warm(Policy.ROUND_ROBIN, a, b);
    before.pick(List.of(), 0);

    assertThat(picks(balancer(Policy.ROUND_ROBIN, a, b, c).after(before), 1)).containsExactly(b);
  }

  @ParameterizedTest
  @EnumSource(Policy.class)
  void whoIsDownIsPassedOverUntilEnoughChecksAreGood(Policy policy) {
    Balancer balancer = warm(policy, a, b, c);
    for (int i = 0; i < 3; i++) {
      a.health().checked("status 500", CHECK);
    }

    assertThat(picks(balancer, 60)).doesNotContain(a);
    assertThat(a.state()).isEqualTo(Candidate.State.DOWN);
    a.health().checked("", CHECK);
    assertThat(a.state()).isEqualTo(Candidate.State.DOWN);
    a.health().checked("", CHECK);
    clock.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(picks(balancer, 60)).contains(a);
  }

  @ParameterizedTest
  @EnumSource(Policy.class)
  void whomNobodyReachesGetsNoMoreThanATryNowAndThenWhileAnotherAnswers(Policy policy) {
    Candidate failing = unwatched("a");
    Candidate well = unwatched("b");
    Balancer balancer = balancer(policy, failing, well);
    for (int i = 0; i < 3; i++) {
      failing.health().failed(Reason.CONNECT_FAILED);
    }

    assertThat(failing.state()).isEqualTo(Candidate.State.FAILING);
    assertThat(picks(balancer, 60)).doesNotContain(failing);
    clock.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(picks(balancer, 200).stream().filter(failing::equals).count())
        .isLessThanOrEqualTo(1);

    for (int i = 0; i < 3; i++) {
      well.health().failed(Reason.CONNECT_FAILED);
    }
    assertThat(picks(balancer, 60)).contains(failing, well);
  }

  /** One of which nothing is written, neither checks nor outliers. */
  private Candidate unwatched(String host) {
    return new Candidate(
        new Endpoint(new EndpointKey(host, 1)),
        1,
        new Health(host, HealthSettings.NONE, cap, clock::get));
  }

  @ParameterizedTest
  @EnumSource(Policy.class)
  void whenAllAreDownAllAreTried(Policy policy) {
    Balancer balancer = warm(policy, a, b);
    for (int i = 0; i < 3; i++) {
      a.health().checked("status 500", CHECK);
      b.health().checked("status 500", CHECK);
    }

    assertThat(picks(balancer, 60)).contains(a, b);
  }

  @Test
  void belowThePanicThresholdHealthIsIgnored() {
    clock.addAndGet(Duration.ofSeconds(10).toNanos());
    Balancer balancer =
        Balancer.of(
            new LoadBalancing(
                Policy.ROUND_ROBIN, new RequestKey(RequestKey.Part.PATH, ""), 125, 50),
            List.of(a, b, c));
    for (int i = 0; i < 3; i++) {
      a.health().checked("status 500", CHECK);
    }
    assertThat(picks(balancer, 30)).doesNotContain(a);

    for (int i = 0; i < 3; i++) {
      b.health().checked("status 500", CHECK);
    }

    assertThat(picks(balancer, 30)).contains(a, b, c);
  }

  @Test
  void whoWasNeverCheckedIsAskedOnlyWhereNobodyIsWell() {
    Candidate fresh = unchecked("fresh", 1);
    Balancer balancer = warm(Policy.ROUND_ROBIN, a, fresh);
    assertThat(fresh.state()).isEqualTo(Candidate.State.UNCHECKED);
    assertThat(picks(balancer, 30)).doesNotContain(fresh);
    assertThat(balancer.pick(List.of(a), 0)).isEqualTo(fresh);

    for (int i = 0; i < 3; i++) {
      a.health().checked("status 500", CHECK);
    }
    assertThat(picks(balancer, 30)).containsOnly(fresh);

    for (int i = 0; i < 3; i++) {
      fresh.health().checked("status 500", CHECK);
    }
    assertThat(fresh.state()).isEqualTo(Candidate.State.DOWN);
    assertThat(picks(balancer, 30)).contains(a, fresh);
  }

  @Test
  void anotherTryIsPromisedOnlyWhereThereIsOneToTake() {
    Balancer balancer =
        Balancer.of(
            new LoadBalancing(Policy.ROUND_ROBIN, new RequestKey(RequestKey.Part.PATH, ""), 125, 0),
            List.of(a, b));
    assertThat(balancer.hasOther(a::equals)).isTrue();

    for (int i = 0; i < 3; i++) {
      b.health().checked("status 500", CHECK);
    }

    assertThat(balancer.hasOther(a::equals)).isFalse();
    assertThat(balancer.pick(List.of(a), 0)).isNull();
  }

  @Test
  void anOutlierIsEjectedForLongerEachTimeAndNeverMoreThanTheCap() {
    Balancer balancer = warm(Policy.ROUND_ROBIN, a, b, c);
    a.health().failed(500);
    a.health().failed(500);
    a.health().succeeded();
    a.health().failed(500);
    a.health().failed(500);
    assertThat(a.state()).isEqualTo(Candidate.State.READY);

    a.health().failed(500);
    b.health().failed(500);
    b.health().failed(500);
    b.health().failed(500);

    assertThat(a.state()).isEqualTo(Candidate.State.EJECTED);
    assertThat(b.state()).isEqualTo(Candidate.State.READY);
    assertThat(picks(balancer, 30)).doesNotContain(a);
    clock.addAndGet(Duration.ofSeconds(30).toNanos());
    assertThat(a.state()).isEqualTo(Candidate.State.READY);
    a.health().failed(500);
    a.health().failed(500);
    a.health().failed(500);
    clock.addAndGet(Duration.ofSeconds(30).toNanos());
    assertThat(a.state()).isEqualTo(Candidate.State.EJECTED);
    clock.addAndGet(Duration.ofSeconds(30).toNanos());
    assertThat(a.state()).isEqualTo(Candidate.State.READY);
  }

  @Test
  void aNewEndpointsShareGrows() {
    clock.addAndGet(Duration.ofSeconds(10).toNanos());
    Candidate fresh = candidate("fresh", 1);
    Balancer balancer = balancer(Policy.ROUND_ROBIN, a, fresh);
    clock.addAndGet(Duration.ofSeconds(1).toNanos());
    long early = picks(balancer, 1_000).stream().filter(fresh::equals).count();

    clock.addAndGet(Duration.ofSeconds(9).toNanos());
    long late = picks(balancer, 1_000).stream().filter(fresh::equals).count();

    assertThat(early).isBetween(1L, 200L);
    assertThat(late).isEqualTo(500);
  }

  @Test
  void ofTwoTheOneWithFewerRequestsUnderWayIsTaken() {
    Balancer balancer = warm(Policy.LEAST_REQUEST, a, b);
    for (int i = 0; i < 5; i++) {
      a.endpoint().exchangeBegan();
    }

    long ofB = picks(balancer, 400).stream().filter(b::equals).count();

    assertThat(ofB).isBetween(250L, 350L);
  }

  @Test
  void ofTwoTheOneThatAnswersSoonerIsTaken() {
    Balancer balancer = warm(Policy.PEAK_EWMA, a, b);
    a.health().took(Duration.ofMillis(50).toNanos());
    b.health().took(Duration.ofMillis(5).toNanos());

    long ofB = picks(balancer, 400).stream().filter(b::equals).count();

    assertThat(ofB).isBetween(250L, 350L);
  }

  @Test
  void aChangeOfServersMovesOnlyTheKeysOfThoseThatChanged() {
    Balancer two = warm(Policy.HASH, a, b);
    Balancer three = balancer(Policy.HASH, a, b, c);
    Map<Candidate, Integer> shares = new HashMap<>();

    for (int key = 0; key < 3_000; key++) {
      Candidate before = two.pick(List.of(), key);
      Candidate now = three.pick(List.of(), key);
      shares.merge(now, 1, Integer::sum);
      assertThat(now == before || now == c).isTrue();
    }

    assertThat(shares.values()).allSatisfy(share -> assertThat(share).isBetween(700, 1_300));
  }

  @Test
  void anEndpointWithMoreThanItsPartPassesItsKeysOn() {
    Balancer balancer = warm(Policy.HASH, a, b, c);
    Candidate first = balancer.pick(List.of(), 7);
    for (int i = 0; i < 10; i++) {
      first.endpoint().exchangeBegan();
    }

    assertThat(balancer.pick(List.of(), 7)).isNotNull().isNotEqualTo(first);
  }
}
