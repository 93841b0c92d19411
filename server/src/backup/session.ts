// How values are written as text in a backup, whatever the settings of either database are.

const settings: readonly string[] = [
  `set local client_encoding = 'UTF8'`,
  `set local datestyle = 'ISO, YMD'`,
  `set local intervalstyle = 'iso_8601'`,
  `set local timezone = 'UTC'`,
  `set local extra_float_digits = 3`,
  `set local bytea_output = 'hex'`,
  `set local xmlbinary = 'base64'`,
]

/** For the transaction that has begun: behind a pooler, the next one can be on another connection. */
export const settingsText = settings.join('; ')
