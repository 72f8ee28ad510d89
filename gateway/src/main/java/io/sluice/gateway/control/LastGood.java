package io.sluice.gateway.control;

import java.util.Map;

/**
 * What is kept for a restart; never changes.
 *
 * @param values what operators wrote, by key
 * @param clusterId etcd's cluster id
 */
record LastGood(Map<String, byte[]> values, long revision, long clusterId) {}
