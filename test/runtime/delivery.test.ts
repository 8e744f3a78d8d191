import { expect, test } from 'vitest';
import { type Delivery, deliveryFrom, encodeDelivery } from '../../native/delivery.ts';

const delivery = (fds: number[], config: string): Delivery => ({
  controlFd: 7,
  fds,
  config: new TextEncoder().encode(config),
});

test.each([
  ['nothing', delivery([], '')],
  ['a config of odd length', delivery([3], '{}\n')],
  ['descriptors', delivery([5, 9, 1023], '{"args":["ä"]}')],
])('what was sent with a plan comes back: %s', (_what, sent) => {
  const { controlFd, fds, config } = deliveryFrom(encodeDelivery(sent));
  expect({ controlFd, fds, config: [...config] }).toEqual({ ...sent, config: [...sent.config] });
});
