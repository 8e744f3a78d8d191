/** A delivered component, ready to run. Loaded beside the rest only where a component may come: V8 reads a file whole. */
import type { Fd, Native } from '../../native/native.ts';
import type { GuestConfig } from '../config.ts';
import { deliveredFile } from '../delivered-file.ts';
import type { Program } from '../instance.ts';
import type { KeptCode } from '../kept-code.ts';
import { createWasi2, type Wasi2Options } from '../p2/index.ts';
import { traceWriter } from '../trace-writer.ts';
import { HostChannel } from './host-channel.ts';
import { executeComponent } from './run.ts';

export interface DeliveredComponent extends Omit<Program, 'file'> {
  config: GuestConfig;
  component: NonNullable<GuestConfig['component']>;
  fdAt(position: number): Fd;
  preopens: Wasi2Options['preopens'];
  code: KeptCode | null;
}

/** Runs it and tells `finish`; throws when a descriptor is missing. */
export function componentRun(native: Native, delivered: DeliveredComponent): () => void {
  const { config, component, fdAt, preopens, ...program } = delivered;
  const file = deliveredFile(native, fdAt(component.packFd), component.packBytes);
  const options: Omit<Wasi2Options, 'onExit'> = {
    native,
    brokerFd: config.brokerFd === null ? null : fdAt(config.brokerFd),
    args: config.args,
    env: config.env,
    workdir: config.workdir,
    stdio: config.stdio,
    preopens,
    limits: config.limits,
    traceWrite: config.strace ? traceWriter(native) : null,
    learn: config.learn,
  };
  const channel = config.imports && new HostChannel(native, fdAt(config.imports.fd));
  return () =>
    executeComponent({
      ...program,
      config,
      file,
      createWasi: (onExit) => createWasi2({ ...options, onExit }),
      askHost: channel && ((request) => channel.ask(request)),
    });
}

/** What `runGuest` needs of this file. */
export interface Components {
  componentRun: typeof componentRun;
}
