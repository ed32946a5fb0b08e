import type { Scope } from './agent-config.js';
import { type ConfigReader, invalid } from './reader.js';
import { parseShard, type Shard, shardHint } from './shard.js';
import { parseTargetRule, type TargetRule } from './target-rules.js';

/** The key `shard`; throws OperatorError. */
export function shardOf(reader: ConfigReader, scope: Scope): Shard | undefined {
  const given = reader.string('shard');
  if (given === undefined) {
    return undefined;
  }
  const shard = parseShard(given.value);
  if (shard === undefined) {
    throw invalid(given.origin, `shard is "${given.value}"`, shardHint);
  }
  if (scope !== 'cluster') {
    throw invalid(given.origin, 'shard divides the ports of a whole cluster', 'set scope = "cluster", too');
  }
  return shard;
}

/** Entries of `allow-targets` or `identity-targets`; throws OperatorError. */
export function targetRules(reader: ConfigReader, key: string): readonly TargetRule[] {
  return reader.strings(key).map((text) => {
    const rule = parseTargetRule(text);
    if (rule === undefined) {
      const hint = 'write "10.0.0.0/8:9000-9999", "[fd00::/8]:443" or "db.example:443"';
      throw invalid(reader.originOf(key) ?? { kind: 'default' }, `${key} has "${text}", which is no target`, hint);
    }
    return rule;
  });
}
