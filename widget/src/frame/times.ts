// Times as people read them.

let clock = { locale: '', today: new Intl.DateTimeFormat(), before: new Intl.DateTimeFormat() }

/** With the day, if that is not today. Formats are kept, since making one takes longer than all that is drawn with it. */
export function describeTime(at: string, locale: string): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return ''
  if (clock.locale !== locale) {
    const timeStyle = 'short'
    const before = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle })
    clock = { locale, today: new Intl.DateTimeFormat(locale, { timeStyle }), before }
  }
  return clock[time.toDateString() === new Date().toDateString() ? 'today' : 'before'].format(time)
}
