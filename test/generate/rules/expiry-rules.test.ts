import t from 'tap';
import {
  certificate,
  day,
  type Expected,
  hour,
  leaf,
  promtool,
  promtoolTests,
  type Scenario,
  type Series,
  tikv,
  validity,
} from '../../support/promtool.js';

const ladder = ['certificate_expiring', 'certificate_expiring_critical', 'certificate_expired'] as const;

/** The alert for this lifetime and remaining time; undefined for none. */
const ends: readonly (readonly [string, number, number, (typeof ladder)[number] | undefined])[] = [
  ['ten years, fifteen days left', 3650 * day, 15 * day, undefined],
  ['ten years, thirteen days left', 3650 * day, 13 * day, 'certificate_expiring'],
  ['a year, renewed 15 days before its end', 365 * day, 15 * day, undefined],
  ['a year, just below the warning', 365 * day, 14 * day - 2 * hour, 'certificate_expiring'],
  ['a year, just below critical', 365 * day, 7 * day - 2 * hour, 'certificate_expiring_critical'],
  ['a year, hours left', 365 * day, 10 * hour, 'certificate_expired'],
  ['a year, ended', 365 * day, -hour, 'certificate_expired'],
  ['a day, a third left', day, 8 * hour, undefined],
  ['a day, a tenth and a bit left', day, 3 * hour, 'certificate_expiring'],
  ['a day, minutes left', day, 20 * 60, 'certificate_expired'],
];

t.test('certificate expiry: one of three alerts, and none exactly at the boundary', promtool, async (t) => {
  const boundary = (limit: number, alert: (typeof ladder)[number]): Scenario => ({
    name: `exactly at the limit of ${alert} nothing, a minute later it is pending`,
    series: certificate(365 * day, limit),
    expected: [
      ['30m', alert, 0, 'pending'],
      ['31m', alert, 1, 'pending'],
    ],
  });
  promtoolTests(t, '1m', [
    ...ends.map(([name, lifetime, left, speaks]) => ({
      name,
      series: certificate(lifetime, left),
      expected: ladder.map((alert): Expected => ['30m', alert, alert === speaks ? 1 : 0]),
    })),
    boundary(14 * day, 'certificate_expiring'),
    boundary(7 * day, 'certificate_expiring_critical'),
    boundary(day, 'certificate_expired'),
    {
      name: 'resolves with the renewal',
      series: validity(leaf, `${day * 5}x20 ${day * 365}x40`, `${-360 * day}x20 0x40`),
      expected: [
        ['18m', 'certificate_expiring_critical', 1],
        ['25m', 'certificate_expiring_critical', 0],
      ],
    },
    {
      name: 'resolves when the file is gone',
      series: validity(leaf, `${day * 5}x20 stale`, `${-360 * day}x20 stale`),
      expected: [
        ['18m', 'certificate_expiring_critical', 1],
        ['25m', 'certificate_expiring_critical', 0],
      ],
    },
    {
      name: "the agent's own certificate has a warning of its own",
      series: certificate(365 * day, 10 * day, 'component="agent",instance="a:10793",position="leaf"'),
      expected: [
        ['30m', 'agent_identity_expiring', 1],
        ['30m', 'certificate_expiring', 0],
      ],
    },
  ]);
});

t.test('each CA counts by itself, and only while it is in use', promtool, async (t) => {
  const ca = (fingerprint: string, left: number, inUse: boolean): readonly Series[] => {
    const labels = `${tikv},subject="O=PingCAP",fingerprint="${fingerprint}"`;
    const [end, begin] = certificate(3650 * day, left, labels, 'ca_certificate');
    const more = `key_fingerprint="k ${fingerprint}",serial_number="1",in_use="${inUse}"`;
    return end === undefined || begin === undefined
      ? []
      : [{ ...end, series: end.series.replace('}', `,${more}}`) }, ...(inUse ? [begin] : [])];
  };
  const good = ca('good', 3000 * day, true);
  const none = (name: string, series: readonly Series[]): Scenario => ({ name, series, silentUntil: '80m' });
  promtoolTests(t, '1m', [
    none('an expired CA beside the good one', [...good, ...ca('old', -400 * day, false)]),
    none('a CA that expires in days beside the good one', [...good, ...ca('old', 3 * day, false)]),
    {
      name: 'two in use: the alert names the one that expires',
      series: [...good, ...ca('old', 3 * day, true), ...ca('expired', -day, true)],
      expected: [
        ['30m', 'certificate_expiring_critical', 1],
        ['30m', 'certificate_expired', 1],
      ],
      expressions: [
        [
          'count(ALERTS{alertname="TiDB_mtls_certificate_expiring_critical",position="ca",subject="O=PingCAP",fingerprint="old"})',
          '50m',
          1,
        ],
      ],
    },
    {
      name: 'its leaf is renewed under the good CA: resolved, as the old one is no longer in use',
      series: [
        ...good,
        ...ca('old', 3 * day, true).map((one) => ({ ...one, values: `${one.values.split('x')[0]}x40 stale` })),
        ...ca('old', 3 * day, false).map((one) => ({ ...one, values: `_x40 ${one.values}` })),
      ],
      expected: [
        ['35m', 'certificate_expiring_critical', 1],
        ['50m', 'certificate_expiring_critical', 0],
      ],
    },
    {
      name: 'a CA in use that is not valid yet',
      series: ca('early', 3700 * day, true),
      expected: [['30m', 'certificate_not_yet_valid', 1]],
    },
  ]);
});

t.test('the certificate that a port serves counts if it differs from the file', promtool, async (t) => {
  const port = `${tikv},endpoint="grpc"`;
  const fresh = validity(leaf, `${365 * day}x60`, '0x60');
  const old = (labels: string, prefix?: string) => validity(labels, `${5 * day}x60`, `${-360 * day}x60`, prefix);
  promtoolTests(t, '1m', [
    {
      name: 'renewed on disk, the old one served: the port speaks',
      series: [...fresh, ...old(port, 'served_certificate')],
      expected: [['30m', 'certificate_expiring_critical', 1]],
    },
    {
      name: 'the same on disk and served: one alert, not two',
      series: [...old(leaf), ...old(port, 'served_certificate')],
      expected: [['30m', 'certificate_expiring_critical', 1]],
    },
    {
      name: 'the files are on another node: the port speaks',
      series: old(port, 'served_certificate'),
      expected: [['30m', 'certificate_expiring_critical', 1]],
    },
  ]);
});

t.test('usual lifetimes and renewals never cause an alert', promtool, async (t) => {
  // Each step of the series is one step of the clock; a renewal moves begin and end together.
  const renewed = (step: number, lifetime: number, renewAfter: number, rounds: number) => {
    const steps = renewAfter / step;
    const values = (offset: number) =>
      Array.from({ length: rounds }, (_, round) => `${round * renewAfter + offset}x${steps - 1}`).join(' ');
    return validity(leaf, values(lifetime), values(0));
  };
  promtoolTests(t, '5m', [
    { name: 'a day, renewed with a third left', series: renewed(300, day, 16 * hour, 5), silentUntil: '79h' },
  ]);
  promtoolTests(t, '1d', [
    { name: 'a year, renewed 15 days before', series: renewed(day, 365 * day, 350 * day, 2), silentUntil: '699d' },
    {
      name: 'ten years, the last of them, until two weeks are left',
      series: validity(leaf, `${380 * day}x370`, `${-3270 * day}x370`),
      silentUntil: '366d',
    },
  ]);
});
