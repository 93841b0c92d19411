// How much a browser loads before the first screen: the page, and all that it names, compressed.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const dist = join(import.meta.dirname, '../dist')
const budget_bytes = 200_000

test('the first screen is loaded with less than 200 KB', async () => {
  const page = await readFile(join(dist, 'index.html'), 'utf8')
  const named = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, file]) => file!)
  expect(named.some((file) => file.endsWith('.js') && file.startsWith('assets/'))).toBe(true)
  const files = await Promise.all(['index.html', ...named].map((file) => stat(join(dist, `${file}.gz`))))
  expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(budget_bytes)
})

test('nothing is inline that the policy would stop', async () => {
  const page = await readFile(join(dist, 'index.html'), 'utf8')
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/)
})
