import { describe, expect, test } from 'vitest'
import { type PageFacts, composeBrand, readDomain } from './brand.ts'
import { nameColor, readColor, strongestColors } from './colors.ts'

describe('the domain of a brand', () => {
  test.each([
    ['example.com', 'example.com'],
    ['https://www.Example.com/', 'example.com'],
    ['http://example.com', 'example.com'],
    ['www.example.co.uk//', 'example.co.uk'],
    ['bücher.example', 'xn--bcher-kva.example'],
  ])('%s: %s', (text, domain) => expect(readDomain(text)).toBe(domain))

  test.each([
    ...[
      '',
      'localhost',
      'example',
      '127.0.0.1',
      '0x7f.1',
      '[::1]',
      '10.0.0.1',
      '2130706433',
      'example.com/path',
      'a..b',
    ],
    ...[
      'example.com:8443',
      'user@example.com',
      'exa mple.com',
      'example.com?x',
      '-a.com',
      '\0.com',
      'ftp://example.com',
    ],
  ])('%j is refused', (text) => expect(readDomain(text)).toBeNull())
})

describe('colors', () => {
  test.each([
    ['#0B5FFF', '#0b5fff'],
    ['#0af', '#00aaff'],
    ['#0afc', '#00aaff'],
    ['#0b5fff80', '#0b5fff'],
    ['rgb(11, 95, 255)', '#0b5fff'],
    ['rgba(11 95 255 / 0.5)', '#0b5fff'],
    ['White', '#ffffff'],
    ['url(x)', null],
    ['#12', null],
  ])('%s is read as %s', (text, hex) => expect(readColor(text)).toBe(hex))

  test('their names', () => {
    expect(nameColor('#0b5fff')).toEqual({ hex: '#0b5fff', name: 'Blue' })
    expect(nameColor('#c81e28').name).toBe('Red')
  })

  test('the strongest of a picture: not the white around it, nor what is transparent', () => {
    const dots = (count: number, rgba: number[]) => Array.from({ length: count }, () => rgba).flat()
    const pixels = [...dots(60, [255, 255, 255, 255]), ...dots(40, [200, 30, 40, 255]), ...dots(900, [0, 255, 0, 10])]
    expect(strongestColors(new Uint8Array(pixels), 2)).toEqual(['#c81e28', '#ffffff'])
  })
})

const nothing: PageFacts = {
  ...{ title: null, site_name: null, description: null, theme_colors: [], manifest_url: null, pictures: [] },
}

describe('what is proposed', () => {
  test('nothing was found', () => expect(composeBrand('a.com', nothing, null, new Map())).toBeNull())

  test('a white theme gives way to the strongest of an icon', () => {
    const url = 'https://a.com/i.png'
    const icon = { url, type: 'icon', mode: null, sizes: null, is_png: true } as const
    const page = { ...nothing, title: ' A\n shop ', theme_colors: ['#fff'], pictures: [icon] }
    const seen = new Map([[url, { width: 64, height: 32, colors: ['#c81e28'] }]])
    const pair = { background_color: '#c81e28', text_color: '#ffffff' }
    const mode = { header: pair, launcher: pair, user_message: pair, controls_button: pair }
    expect(composeBrand('a.com', page, null, seen)).toEqual({
      ...{ domain: 'a.com', title: 'A shop', description: null },
      colors: [
        { hex: '#ffffff', name: 'White' },
        { hex: '#c81e28', name: 'Red' },
      ],
      logos: [
        {
          ...{ url, type: 'icon', mode: null, colors: [{ hex: '#c81e28', name: 'Red' }] },
          resolution: { width: 64, height: 32, aspect_ratio: 2 },
        },
      ],
      config: { chat: { title: 'A shop', avatar_url: url, light_mode: mode, dark_mode: mode } },
    })
  })
})
