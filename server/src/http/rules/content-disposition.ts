// The header that makes a browser save a file under its name (RFC 6266). Pure.

const most_characters = 200

/** Whatever a name contains, it cannot leave the header, nor name a folder. */
export function describeDownload(name: string): string {
  const flat = name.replaceAll(/[\p{Cc}\p{Cf}/\\]/gu, '_').toWellFormed()
  const short = [...flat].slice(-most_characters).join('')
  const plain = short.replaceAll(/[^ \w.,()+-]/g, '_')
  const exact = encodeURIComponent(short).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
