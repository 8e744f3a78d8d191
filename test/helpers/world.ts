/**
 * A network of a test's own: two network namespaces and a cable (veth) between them. In one are the command and its
 * guest, in the other "the world": servers at public, private and metadata addresses, and a name server.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './guests.ts';

/** Where the guest's host is. */
export const hostAddress = '93.184.216.1';
/** Addresses of the world; each has servers on `worldPorts`. */
export const world = {
  public: '93.184.216.34',
  publicToo: '93.184.216.35',
  publicV6: '2606:2800::34',
  private: '10.9.0.1',
  metadata: '169.254.169.254',
  alibaba: '100.100.100.200',
  dns: '93.184.216.53',
} as const;
/** TCP and UDP: they answer what they get. */
export const worldPorts = [80, 443, 8080] as const;

/** What the world saw. */
export interface Seen {
  protocol: 'tcp' | 'udp' | 'dns';
  /** `ADDRESS:PORT` of the world's side, or the name that was asked for. */
  to: string;
  from: string;
  bytes: number;
}

/** What the name server says to a question: the addresses of the first answer, the second, and the last for ever. */
export type Zone = Readonly<Record<string, readonly (readonly string[])[]>>;

export class World {
  /** The start of a command line that runs the rest in the guest's host. */
  readonly inside: readonly string[];
  readonly #name: string;
  readonly #folder: string;
  readonly #outside: string;
  readonly #process: ChildProcess;
  readonly #seen: Seen[] = [];

  private constructor(name: string, folder: string, process: ChildProcess) {
    this.#name = name;
    this.#folder = folder;
    // Not ip-netns(8): it mounts a new /sys, without cgroups.
    const mounts = ['resolv.conf', 'hosts'].map((file) => `mount --bind ${folder}/${file} /etc/${file}`);
    const script = `${mounts.join(' && ')} && exec "$@"`;
    this.inside = ['nsenter', `--net=/run/netns/${name}`, 'unshare', '--mount', '/bin/sh', '-c', script, 'sh'];
    this.#outside = `${name}-world`;
    this.#process = process;
    let rest = '';
    process.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('{')) this.#seen.push(JSON.parse(line) as Seen);
    });
  }

  static async start(zone: Zone): Promise<World> {
    // Not "wasmctr": the search for what runs leave behind would find it.
    const name = `world-${process.pid}`;
    connect(name);
    const folder = mkdtempSync(join(tmpdir(), 'world-'));
    writeFileSync(join(folder, 'resolv.conf'), `nameserver ${world.dns}\n`);
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n');
    const script = join(root, 'test/helpers/world-process.py');
    const servers = spawn('/usr/sbin/ip', ['netns', 'exec', `${name}-world`, 'python3', script, JSON.stringify(zone)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const made = new World(name, folder, servers);
    await once(servers.stdout, 'data'); // "ready"
    return made;
  }

  /** What reached it since the last time it was asked. */
  async seen(): Promise<Seen[]> {
    // What was sent before now has arrived: there is no wire, and the servers print at once.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return this.#seen.splice(0);
  }

  /** One datagram to the guest's host; answers with the bytes that come back within a moment. */
  provoke(port: number, bytes: number): number {
    const program = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.sendto(b'?' * ${bytes}, ('${hostAddress}', ${port}))
total = 0
try:
    while True: total += len(s.recv(65536))
except TimeoutError: print(total)`;
    return Number(this.#inWorld('python3', '-c', program));
  }

  /** Whether a TCP connection to the guest's host is accepted. */
  canConnect(port: number): boolean {
    const program = `
import socket
s = socket.socket()
s.settimeout(1)
print(s.connect_ex(('${hostAddress}', ${port})))`;
    return Number(this.#inWorld('python3', '-c', program)) === 0;
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    for (const name of [this.#name, this.#outside]) ip('netns', 'delete', name);
    rmSync(this.#folder, { recursive: true });
  }

  #inWorld(...command: string[]): string {
    return execFileSync('/usr/sbin/ip', ['netns', 'exec', this.#outside, ...command], { encoding: 'utf8' }).trim();
  }
}

function ip(...args: string[]): void {
  execFileSync('/usr/sbin/ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function connect(name: string): void {
  const outside = `${name}-world`;
  ip('netns', 'add', name);
  ip('netns', 'add', outside);
  ip('-n', name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', outside);
  for (const netns of [name, outside]) {
    ip('-n', netns, 'link', 'set', 'lo', 'up');
    ip('-n', netns, 'link', 'set', 'eth0', 'up');
  }
  ip('-n', name, 'address', 'add', `${hostAddress}/24`, 'dev', 'eth0');
  ip('-n', name, 'address', 'add', '2606:2800::1/64', 'dev', 'eth0', 'nodad');
  for (const address of Object.values(world)) {
    const isV6 = address.includes(':');
    ip(
      '-n',
      outside,
      'address',
      'add',
      isV6 ? `${address}/64` : `${address}/24`,
      'dev',
      'eth0',
      ...(isV6 ? ['nodad'] : []),
    );
  }
  for (const network of ['10.9.0.0/24', '169.254.0.0/16', '100.100.100.0/24'])
    ip('-n', name, 'route', 'add', network, 'dev', 'eth0');
  ip('-n', outside, 'route', 'replace', 'default', 'via', hostAddress);
}
