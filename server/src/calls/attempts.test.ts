import { describe, expect, it } from 'vitest'
import { accountAtAddressBucket, accountBucket, addressBucket, networkOf } from './attempts.ts'

describe('attempts', () => {
  it('from one IPv6 network count as one address', () => {
    const same = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff:ffff:ffff:ffff',
      '2001:0db8:0001:0002::',
      '2001:db8:1:2::1%eth0',
    ]
    expect(new Set(same.map(networkOf))).toEqual(new Set(['2001:db8:1:2']))
    expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'))
    expect(networkOf('::1')).toBe('0:0:0:0')
    expect(networkOf('fe80::1')).toBe('fe80:0:0:0')
  })

  it('over IPv4 count together, however the address is written', () => {
    expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7')
    expect(networkOf('192.0.2.7')).toBe('192.0.2.7')
    expect(networkOf('192.0.2.8')).not.toBe('192.0.2.7')
  })

  it('for one account count together, however the e-mail address is spelled, and separately from those of an address', () => {
    expect(accountBucket(' Ada@Example.test ').subject).toEqual(accountBucket('ada@example.test').subject)
    expect(accountBucket('192.0.2.7').subject).not.toEqual(addressBucket('192.0.2.7').subject)
  })

  it('for one account from one address have their own count', () => {
    const { subject } = accountAtAddressBucket('ada@example.test', '2001:db8:1:2::1')
    expect(accountAtAddressBucket(' Ada@Example.test', '2001:db8:1:2::9').subject).toEqual(subject)
    expect(accountAtAddressBucket('ada@example.test', '2001:db8:1:3::1').subject).not.toEqual(subject)
    expect(accountAtAddressBucket('eve@example.test', '2001:db8:1:2::1').subject).not.toEqual(subject)
    expect(accountBucket('ada@example.test').subject).not.toEqual(subject)
  })
})
