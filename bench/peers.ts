import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { main } from './agent.js';
import type { BenchFiles } from './credentials.js';
import { howToHaveNode24, nodes, versionOf } from './nodes.js';

/** A proxy to be measured: how to start it in one process on one core. */
export interface Peer {
  /** With its version, where it is installed. */
  readonly name: string;
  /** Undefined: not installed, with what to install. */
  readonly program: string | undefined;
  readonly install: string;
  readonly args: (files: BenchFiles, listen: number, target: number) => readonly string[];
}

export function onPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function written(files: BenchFiles, name: string, text: string): string {
  const file = join(files.directory, name);
  writeFileSync(file, text);
  return file;
}

const ours = (name: string, program: string | undefined): Peer => ({
  name: `tidb-mtls-agent, ${name}`,
  program,
  install: howToHaveNode24,
  args: ({ ca, cert, key }, listen, target) => [
    main,
    ...['proxy', '--mode', 'terminate', '--listen', `127.0.0.1:${listen}`, '--target', `127.0.0.1:${target}`],
    ...['--cacert', ca, '--cert', cert, '--key', key, '--allow-cn', 'client', '--log-level', 'error'],
  ],
});

/** What is said of the name: `haproxy 2.6.12, 1 thread`. */
function named(program: string, settings = '', versionArgs?: readonly string[]): Pick<Peer, 'name' | 'program'> {
  const found = onPath(program);
  return {
    name: `${program}${found === undefined ? '' : ` ${versionOf(found, versionArgs)}`}${settings}`,
    program: found,
  };
}

/** Every proxy; those that are not installed are left out of the table, and it says so. */
export const peers: readonly Peer[] = [
  ...nodes.map(({ name, program }) => ours(name, program)),
  ...(nodes.length > 1 ? [] : [ours('Node 24', undefined)]),
  {
    ...named('ghostunnel'),
    install: 'ghostunnel on the PATH',
    args: ({ ca, cert, key }, listen, target) => [
      ...['server', `--listen=127.0.0.1:${listen}`, `--target=127.0.0.1:${target}`],
      ...[`--cert=${cert}`, `--key=${key}`, `--cacert=${ca}`, '--allow-cn=client', '--quiet=all'],
    ],
  },
  {
    ...named('haproxy', ', 1 thread, defaults', ['-v']),
    install: 'apt-get install haproxy',
    args: (files, listen, target) => [
      '-f',
      written(
        files,
        'haproxy.cfg',
        `global
  nbthread 1
defaults
  mode tcp
  timeout connect 10s
  timeout client 60s
  timeout server 60s
listen bench
  bind 127.0.0.1:${listen} ssl crt ${files.pair} ca-file ${files.ca} verify required
  server target 127.0.0.1:${target}
`,
      ),
    ],
  },
  {
    ...named('nginx', ' stream, 1 worker, no tickets and no cache', ['-v']),
    install: 'apt-get install nginx-light libnginx-mod-stream',
    args: (files, listen, target) => [
      '-c',
      written(
        files,
        'nginx.conf',
        `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
master_process off;
pid ${files.directory}/nginx.pid;
error_log ${files.directory}/nginx.log;
events { worker_connections 8192; }
stream {
  server {
    listen 127.0.0.1:${listen} ssl;
    ssl_certificate ${files.cert};
    ssl_certificate_key ${files.key};
    ssl_client_certificate ${files.ca};
    ssl_verify_client on;
    ssl_session_tickets off;
    ssl_session_cache none;
    ssl_protocols TLSv1.3;
    proxy_pass 127.0.0.1:${target};
  }
}
`,
      ),
    ],
  },
  {
    // As root it does not start; the package makes a user for it.
    ...named('hitch', ', 1 worker'),
    install: 'apt-get install hitch',
    args: (files, listen, target) => [
      `--config=${written(
        files,
        'hitch.conf',
        `frontend = "[127.0.0.1]:${listen}"
backend = "[127.0.0.1]:${target}"
pem-file = "${files.pair}"
client-verify = required
client-verify-ca = "${files.ca}"
workers = 1
daemon = off
quiet = on
${process.getuid?.() === 0 ? 'user = "_hitch"' : ''}
`,
      )}`,
    ],
  },
  {
    ...named('stunnel', '', ['-version']),
    install: 'apt-get install stunnel4',
    args: (files, listen, target) => [
      written(
        files,
        'stunnel.conf',
        `foreground = yes
pid =
debug = err
[bench]
accept = 127.0.0.1:${listen}
connect = 127.0.0.1:${target}
cert = ${files.pair}
CAfile = ${files.ca}
verifyChain = yes
requireCert = yes
`,
      ),
    ],
  },
];
