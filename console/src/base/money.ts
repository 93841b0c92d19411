// Amounts of money, which the API gives as exact decimal text, in a readable form. Pure.

/** Small amounts keep their first digits, as in $0.0084; others have the two of the currency. */
export function formatMoney(amount: string | number, currency: string): string {
  const size = Math.abs(Number(amount))
  const digits = size > 0 && size < 0.1 ? { maximumSignificantDigits: 3 } : {}
  return inCurrency(Number(amount), currency, digits)
}

/** As in $1.2K, for an axis. */
export function formatMoneyCompact(amount: number, currency: string): string {
  const digits = amount !== 0 && Math.abs(amount) < 1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 1 }
  return inCurrency(amount, currency, { notation: 'compact', minimumFractionDigits: 0, ...digits })
}

/** A rate of a price with all its digits: it is what was agreed on. */
export function formatRate(amount: string, currency: string): string {
  const decimals = amount.split('.')[1]?.length ?? 0
  return inCurrency(Number(amount), currency, {
    minimumFractionDigits: 2,
    maximumFractionDigits: Math.max(2, decimals),
  })
}

/** A server may count in a unit that is no currency, such as credits. */
function inCurrency(amount: number, currency: string, options: Intl.NumberFormatOptions): string {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency, ...options }).format(amount)
  } catch {
    return `${new Intl.NumberFormat('en', options).format(amount)} ${currency}`
  }
}
