import { describe, expect, it } from 'vitest'
import { accountAtAddressBucket, accountBucket, addressBucket, networkOf } from './attempts.ts'

describe('attempts', () => {
  it('of one network of IPv6 count as one address', () => {
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

  it('over IPv4 count the same, however the address is written', () => {
    expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7')
    expect(networkOf('192.0.2.7')).toBe('192.0.2.7')
    expect(networkOf('192.0.2.8')).not.toBe('192.0.2.7')
  })

  it('of one account count the same, however the address is spelled, and never as those of an address', () => {
    expect(accountBucket(' Ada@Example.test ').subject).toEqual(accountBucket('ada@example.test').subject)
    expect(accountBucket('192.0.2.7').subject).not.toEqual(addressBucket('192.0.2.7').subject)
  })

  it('of one account at one address count for both together', () => {
    const { subject } = accountAtAddressBucket('ada@example.test', '2001:db8:1:2::1')
    expect(accountAtAddressBucket(' Ada@Example.test', '2001:db8:1:2::9').subject).toEqual(subject)
    expect(accountAtAddressBucket('ada@example.test', '2001:db8:1:3::1').subject).not.toEqual(subject)
    expect(accountAtAddressBucket('eve@example.test', '2001:db8:1:2::1').subject).not.toEqual(subject)
    expect(accountBucket('ada@example.test').subject).not.toEqual(subject)
  })
})
