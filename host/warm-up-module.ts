/**
 * The guest that warms up a container: calls that programs make when they start, and an exit. Its source stands in the
 * test that assembles it again.
 */
const base64 =
  'AGFzbQEAAAABHQVgAn9/AX9gA39+fwF/YAR/f39/AX9gAX8AYAAAArECCBZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxDmFyZ3Nfc2l6' +
  'ZXNfZ2V0AAAWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MRFlbnZpcm9uX3NpemVzX2dldAAAFndhc2lfc25hcHNob3RfcHJldmlldzEO' +
  'Y2xvY2tfdGltZV9nZXQAARZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxDmZkX3ByZXN0YXRfZ2V0AAAWd2FzaV9zbmFwc2hvdF9wcmV2' +
  'aWV3MQ1mZF9mZHN0YXRfZ2V0AAAWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQhmZF93cml0ZQACFndhc2lfc25hcHNob3RfcHJldmll' +
  'dzEHZmRfcmVhZAACFndhc2lfc25hcHNob3RfcHJldmlldzEJcHJvY19leGl0AAMDAgEEBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0' +
  'AAgKRwFFAEEAQQQQABpBAEEEEAEaQQFCAEEAEAIaQQNBABADGkEBQQAQBBpBAEH//wNBAUEAEAYaQQFB//8DQQFBABAFGkEAEAcL';

/** Custom sections behind it, as compilers leave them: of names, and one for debuggers. */
const customSections = [0, 5, 4, ...Buffer.from('name'), 0, 12, 11, ...Buffer.from('.debug_info')];

export function warmUpModule(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...Buffer.from(base64, 'base64'), ...customSections]);
}
