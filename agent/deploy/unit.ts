/** What differs between installations. */
export interface UnitOptions {
  /** The absolute path of the program. */
  readonly program: string;
  /** The absolute path of the configuration. */
  readonly config: string;
  /** The owner of the components' key files; undefined in a user's systemd, which runs as that user. */
  readonly account: { readonly user: string; readonly group: string } | undefined;
}

/** Of the shipped units: TiUP's default user, and the usual paths of programs and configuration. */
export const defaultUnit: UnitOptions = {
  program: '/usr/local/bin/tidb-mtls-agent',
  config: '/etc/tidb-mtls-agent/agent.toml',
  account: { user: 'tidb', group: 'tidb' },
};

const defaultProxyConfig = '/etc/tidb-mtls-agent/proxy.toml';

/** The service of `run`. */
export function renderAgentUnit(options: UnitOptions): string {
  const { config } = options;
  return unit(options, {
    description: 'Proves mutual TLS of the TiDB components on this host',
    command: ['run', '--config', config],
    needs: [],
    reload: '/bin/kill -HUP $MAINPID',
    memory: '512M',
    start: untilReady,
    smallHeap: true,
    seesProcesses: true,
    tasks: 64,
  });
}

/** The service of `proxy`; its sockets come from `tidb-mtls-proxy.socket`. */
export function renderProxyUnit(options: UnitOptions = { ...defaultUnit, config: defaultProxyConfig }): string {
  return unit(options, {
    description: 'Mutual TLS for ports and clients that cannot do it themselves',
    command: ['proxy', '--config', options.config],
    needs: ['tidb-mtls-proxy.socket'],
    reload: undefined,
    memory: '1G',
    start: [],
    smallHeap: false,
    seesProcesses: false,
    tasks: 256,
  });
}

/** systemd opens the port, which may therefore be below 1024, and stays open during a restart of the service. */
export function renderProxySocket(): string {
  return `[Unit]
Description=Sockets of the TiDB mutual TLS proxy

# One socket unit per listener; proxy.toml names it: listen = "systemd:tidb".
[Socket]
ListenStream=127.0.0.1:4433
FileDescriptorName=tidb
Service=tidb-mtls-proxy.service

[Install]
WantedBy=sockets.target
`;
}

/** The folder of the configuration, which only the service may read. */
export function renderTmpfiles(): string {
  return 'd /etc/tidb-mtls-agent 0750 root tidb -\n';
}

interface Service {
  readonly description: string;
  readonly command: readonly string[];
  readonly needs: readonly string[];
  readonly reload: string | undefined;
  readonly memory: string;
  /** Settings for a start that takes long. */
  readonly start: readonly string[];
  /** Whether it runs with less memory than Node's defaults. */
  readonly smallHeap: boolean;
  /** Whether it reads /proc of other processes of its user. */
  readonly seesProcesses: boolean;
  readonly tasks: number;
}

function unit({ program, account }: UnitOptions, service: Service): string {
  const { description, command, needs, reload, start, memory, smallHeap, seesProcesses, tasks } = service;
  const lines = [
    '[Unit]',
    `Description=${description}`,
    ...needs.map((name) => `Requires=${name}`),
    ...(account === undefined ? [] : ['Wants=network-online.target']),
    ['After=', [...(account === undefined ? [] : ['network-online.target']), ...needs].join(' ')].join(''),
    '# Restarts without limit: the keys of a host may arrive after its boot.',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=notify',
    '# Node has no Unix datagrams: its child systemd-notify reports readiness.',
    'NotifyAccess=all',
    'WatchdogSec=60',
    `ExecStart=${[program, ...command].map(quoted).join(' ')}`,
    ...(reload === undefined ? [] : [`ExecReload=${reload}`]),
    ...start,
    'Restart=always',
    'RestartSec=15s',
    'TimeoutStopSec=45s',
    'UMask=0077',
    ...(smallHeap ? smallHeapSettings : []),
    `MemoryMax=${memory}`,
    `TasksMax=${tasks}`,
    ...(account === undefined ? userHardening : [...as(account), ...hardening(seesProcesses)]),
    '',
    '[Install]',
    `WantedBy=${account === undefined ? 'default.target' : 'multi-user.target'}`,
  ];
  return `${lines.filter((line) => line !== 'After=').join('\n')}\n`;
}

const untilReady: readonly string[] = [
  '# It is ready after the first cycle over all ports, in which ports that drop packets take until the timeout.',
  'TimeoutStartSec=10min',
];

/** Both defaults let garbage and freed blocks accumulate; an agent produces little of either at a time. */
const smallHeapSettings: readonly string[] = [
  '# A quarter to two fifths less memory, at the same speed: Node keeps less room for young objects, glibc fewer free blocks.',
  'Environment=NODE_OPTIONS=--max-semi-space-size=4 MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072',
];

function as({ user, group }: { readonly user: string; readonly group: string }): readonly string[] {
  return [
    '',
    '# The owner of the key files reads rotated ones at once. LoadCredential copies them only at the start, and',
    '# DynamicUser reads only files that every user may read.',
    `User=${user}`,
    `Group=${group}`,
    'StateDirectory=tidb-mtls-agent',
    'StateDirectoryMode=0750',
  ];
}

/** Hardening in a user's systemd, which has no mount namespaces. */
const userHardening: readonly string[] = [
  'NoNewPrivileges=yes',
  'SystemCallArchitectures=native',
  'LockPersonality=yes',
];

const hardening = (seesProcesses: boolean): readonly string[] => [
  '',
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  '# `reload = "trigger"` touches certificate files: add ReadWritePaths= of their folders in a drop-in.',
  'ProtectSystem=strict',
  "# Read-only, not hidden: TiUP's default deploy directory is below /home.",
  'ProtectHome=read-only',
  'PrivateTmp=yes',
  'PrivateMounts=yes',
  'PrivateDevices=yes',
  'PrivateIPC=yes',
  ...(seesProcesses
    ? [
        '# No PrivateUsers: in a user namespace of its own it may not see the command lines and start times of the components.',
      ]
    : ['PrivateUsers=yes']),
  'ProtectKernelTunables=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelLogs=yes',
  'ProtectControlGroups=yes',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  ...(seesProcesses
    ? ['# Processes of the same user stay visible: the start time of a component says which CA it has loaded.']
    : []),
  'ProtectProc=invisible',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'RemoveIPC=yes',
  'KeyringMode=private',
  'SystemCallArchitectures=native',
  '# @pkey: V8 asks for memory protection keys. No MemoryDenyWriteExecute: V8 compiles at run time.',
  'SystemCallFilter=@system-service @pkey',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
];

/** An argument, quoted for systemd; `%` and `$` are literal. */
function quoted(argument: string): string {
  const literal = argument.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /[\s"'\\;]/.test(literal) ? `"${literal.replace(/["\\]/g, '\\$&')}"` : literal;
}
