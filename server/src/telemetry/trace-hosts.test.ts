import { expect, test } from 'vitest'
import { createTraceHosts } from './trace-hosts.ts'

test('only listed hosts are told of the trace, with a port only at that port', () => {
  const isTraced = createTraceHosts(['tools.example.com', 'other.example.com:8443', '[::1]'])
  const told = (address: string) => isTraced(new URL(address))
  expect(told('https://tools.example.com/x')).toBe(true)
  expect(told('http://TOOLS.example.com.:9000/')).toBe(true)
  expect(told('https://other.example.com:8443/')).toBe(true)
  expect(told('http://[::1]:99/')).toBe(true)
  expect(told('https://other.example.com/')).toBe(false)
  expect(told('https://tools.example.com.evil.example/')).toBe(false)
  expect(told('https://evil.tools.example.com/')).toBe(false)
  expect(createTraceHosts(['a:443'])(new URL('https://a/'))).toBe(true)
  expect(createTraceHosts([])(new URL('https://a/'))).toBe(false)
})
