import { expect, test } from 'vitest'
import { formatMoney, formatMoneyCompact, formatRate } from './money.ts'

test('small amounts keep their digits, others have those of the currency', () => {
  expect(formatMoney('0.0084', 'USD')).toBe('$0.0084')
  expect(formatMoney('0.5', 'EUR')).toBe('€0.50')
  expect(formatMoney('1234.5678', 'EUR')).toBe('€1,234.57')
  expect(formatMoney('-0.002', 'USD')).toBe('-$0.002')
  expect(formatMoney('0', 'USD')).toBe('$0.00')
  expect(formatMoney('1200', 'JPY')).toBe('¥1,200')
})

test('an axis has short amounts', () => {
  expect(formatMoneyCompact(1250, 'USD')).toBe('$1.3K')
  expect(formatMoneyCompact(0.0052, 'USD')).toBe('$0.0052')
  expect(formatMoneyCompact(0, 'USD')).toBe('$0')
})

test('a rate has all its digits', () => {
  expect(formatRate('2.5', 'USD')).toBe('$2.50')
  expect(formatRate('0.000125', 'USD')).toBe('$0.000125')
})

test('a unit that is no currency is written after the number', () => {
  expect(formatMoney('12.5', 'credits')).toBe('12.5 credits')
})
