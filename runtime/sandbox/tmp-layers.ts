export function planLandlock(abi: number, preopens: readonly { fd: number; readOnly: boolean }[]) {
  const fs = abi === 0 ? 0 : 0x1fff | (abi >= 2 ? 0x2000 : 0) | (abi >= 3 ? 0x4000 : 0) | (abi >= 5 ? 0x8000 : 0);
  return {
    plan: {
      landlockFs: fs,
      landlockNet: abi >= 4 ? 3 : 0,
      landlockScope: abi >= 6 ? 3 : 0,
      landlockPaths: preopens.map((p) => ({ fd: p.fd, access: p.readOnly ? 0xc : fs & ~1 })),
      landlockPorts: [],
    },
    enforced: { enforced: abi > 0, detail: `ABI ${abi}` },
  };
}
export function planRlimits(_: object) {
  return [{ resource: 4, soft: 0, hard: 0 }];
}
