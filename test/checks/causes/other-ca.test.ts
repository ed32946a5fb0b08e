import t from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { incidentsOf } from '../../../checks/causes/incidents.js';
import { runChecks } from '../../../checks/run-checks.js';
import { evidenceOf, factsOf, instanceOf, names, observed } from '../../support/evidence.js';

t.test(
  'two CAs of one name beside a bundle that all files hold: the incident names the CA that the others verify by',
  async (t) => {
    const [first, second] = [await Authority.create(), await Authority.create()];
    const system = await Promise.all(
      ['A', 'B', 'C'].map(async (name) => (await Authority.create({ commonName: name })).certificatePem),
    );
    const of = async (authority: Authority, component: 'pd' | 'tikv') =>
      await factsOf(t, await authority.issue(names), { ca: system.join('') + authority.certificatePem, component });
    const instances = [
      instanceOf('pd', { name: '127.0.0.1:1' }),
      instanceOf('pd', { name: '127.0.0.1:2' }),
      instanceOf('tikv', { name: '127.0.0.1:3' }),
    ];
    const facts = [await of(first, 'pd'), await of(first, 'pd'), await of(second, 'tikv')];
    const [, , tikv] = instances;
    const rejection = { side: 'peer', by: 'tls-alert', number: 48, name: 'unknown_ca' } as const;
    const rejected = { identity: 'pd', outcome: 'rejected', detail: 'unknown CA', rejection } as const;
    const observations = tikv === undefined ? [] : [observed(tikv, 'grpc', rejected)];
    const evidence = evidenceOf({ instances, facts, observations });
    const [incident] = incidentsOf(evidence, runChecks(evidence)).filter(({ cause }) => cause === 'other-ca');
    const print = (index: number) => facts[index]?.ca?.at(-1)?.fingerprint.slice(0, 8);
    t.match(
      incident?.summary,
      new RegExp(
        `holds CN=Development CA \\(SHA-256 ${print(2)}.*; 2 of 3 CA files of this host hold CN=Development CA \\(SHA-256 ${print(0)}`,
      ),
    );
  },
);
