package io.sluice.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BalancerTest {
  private final Endpoint a = new Endpoint(new EndpointKey("a", 1));
  private final Endpoint b = new Endpoint(new EndpointKey("b", 1));
  private final Endpoint c = new Endpoint(new EndpointKey("c", 1));

  @Test
  void equalWeightsTakeTurns() {
    Balancer balancer = balancer(member(a, 1), member(b, 1));

    assertThat(picks(balancer, 4)).containsExactly(a, b, a, b);
  }

  @Test
  void heavierEndpointsComeMoreOftenAndSpreadOut() {
    Balancer balancer = balancer(member(a, 5), member(b, 1), member(c, 1));

    assertThat(picks(balancer, 7)).containsExactly(a, a, b, a, c, a, a);
  }

  @Test
  void veryFineWeightsKeepTheirRatio() {
    Balancer balancer = balancer(member(a, 999_983), member(b, 333_331));

    long ofA = picks(balancer, 4_000).stream().filter(a::equals).count();

    assertThat(ofA).isBetween(2_950L, 3_050L);
  }

  @Test
  void whatWasTriedIsPassedOver() {
    Balancer balancer = balancer(member(a, 1), member(b, 1));

    assertThat(IntStream.range(0, 10).mapToObj(i -> balancer.pick(List.of(a)))).containsOnly(b);
    assertThat(balancer.pick(List.of(a, b))).isNull();
  }

  @Test
  void nobodyIsPickedFromNobody() {
    assertThat(balancer().pick(List.of())).isNull();
  }

  @Test
  void theRoundGoesOnAfterAChange() {
    Balancer before = balancer(member(a, 1), member(b, 1));
    before.pick(List.of());

    assertThat(picks(balancer(member(a, 1), member(b, 1), member(c, 1)).after(before), 1))
        .containsExactly(b);
  }

  private static List<Endpoint> picks(Balancer balancer, int count) {
    List<Endpoint> picks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      picks.add(balancer.pick(List.of()));
    }
    return picks;
  }

  private static Balancer balancer(Balancer.Member... members) {
    return Balancer.of(List.of(members));
  }

  private static Balancer.Member member(Endpoint endpoint, int weight) {
    return new Balancer.Member(endpoint, weight);
  }
}
