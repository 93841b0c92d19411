import { coloredParts, least_contrast } from '@parley/contract'
import { expect, test } from 'vitest'
import { drawnPair } from './drawn-pair.ts'

const modes = ['light_mode', 'dark_mode'] as const
const pair = (background_color: string, text_color?: string) => ({ background_color, text_color })

test('built-in colors can be read', () => {
  for (const mode of modes)
    for (const part of coloredParts) {
      const { contrast, refused } = drawnPair({}, mode, part)
      expect([mode, part, contrast >= least_contrast, refused]).toEqual([mode, part, true, null])
    }
})

test('a pair that cannot be read is drawn in black or white, and both figures are shown', () => {
  for (const part of ['launcher', 'user_message'] as const) {
    const config = { chat: { light_mode: { [part]: pair('#ffff00', '#ffffff') } } }
    const drawn = drawnPair(config, 'light_mode', part)
    expect(drawn).toMatchObject({ background: '#ffff00', text: '#000000' })
    expect(drawn.contrast).toBeGreaterThan(19)
    expect(drawn.refused).toBeCloseTo(1.07, 2)
    // The other theme has its own.
    expect(drawnPair(config, 'dark_mode', part).refused).toBeNull()
  }
})

test('a link is judged on what the agent says', () => {
  const config = {
    chat: { light_mode: { link: { text_color: '#f0f0f0' }, agent_message: pair('#ffffff', '#000000') } },
  }
  const drawn = drawnPair(config, 'light_mode', 'link')
  expect(drawn).toMatchObject({ background: '#ffffff', text: '#000000', contrast: 21 })
  expect(drawn.refused).toBeCloseTo(1.14, 2)
})

test('a color that is still being written counts as none', () => {
  const config = { chat: { light_mode: { header: pair('#12', '#ff') } } }
  expect(drawnPair(config, 'light_mode', 'header')).toEqual(drawnPair({}, 'light_mode', 'header'))
})
