/** Ports of the host's that `--publish` leads to a guest: bound by the supervisor, before the guest starts. */

import { parseIp } from '../../host/kernel/ip.ts';
import type { Native } from '../../native/native.ts';
import { WasmctrError } from '../errors.ts';
import type { PublishSpec } from '../spec.ts';
import { netErrorOf } from './net-errors.ts';
import { linuxSockets, socketName } from './socket-name.ts';
import { linuxOptions } from './socket-options.ts';

const { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM } = linuxSockets;

/**
 * Bound, not listening: nobody is let in before the guest listens. Not by the broker, which may not bind ports below
 * 1024; and a port that is taken is known at once.
 */
export function bindPublished(native: Native, { host, hostPort: port, protocol }: PublishSpec): number {
  const ip = parseIp(host);
  if (ip === null) throw new RangeError(`no address: ${host}`);
  const isV4 = ip.length === 4;
  const fd = native.openSocket(isV4 ? AF_INET : AF_INET6, protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM);
  if (fd < 0) throw refused(fd, host, port);
  if (!isV4) native.setSocketOption(fd, ...linuxOptions.ipv6Only, 1);
  // A server must be able to start again at once; of datagrams two would share a port.
  if (protocol === 'tcp') native.setSocketOption(fd, ...linuxOptions.reuseAddress, 1);
  const result = native.bindSocket(fd, socketName({ ip, port }));
  if (result === 0) return fd;
  native.close(fd);
  throw refused(result, host, port);
}

function refused(result: number, host: string, port: number): WasmctrError {
  const error = netErrorOf(result);
  const hints: Readonly<Record<string, string>> = {
    'address-in-use': 'another program listens there',
    'access-denied': 'ports below 1024 need CAP_NET_BIND_SERVICE',
    'address-not-bindable': 'it is no address of this machine',
  };
  return new WasmctrError('path', `can't publish: ${host}:${port}: ${error}`, hints[error] ?? null);
}
