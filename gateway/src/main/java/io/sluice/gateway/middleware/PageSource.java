package io.sluice.gateway.middleware;

import io.sluice.gateway.telemetry.StageMeters;

/**
 * Where the page of an error is got.
 *
 * @param path in origin form
 * @param meters is told what came of it
 */
public record PageSource(String backendId, String path, StageMeters meters) {}
