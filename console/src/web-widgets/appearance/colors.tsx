// The colors of a widget in both themes, each pair with the contrast that it has on the screen.
import { coloredParts, least_contrast, readColor } from '@parley/contract'
import { useState } from 'react'
import { Section } from '../../settings/settings-page.tsx'
import { classes } from '../../ui/classes.ts'
import { Field, TextInput } from '../../ui/field.tsx'
import type { Edit } from '../config-fields.tsx'
import { Segments } from '../preview/segments.tsx'
import { appearanceTexts as words } from '../section-texts.ts'
import { widgetTexts } from '../texts.ts'
import { valueAt } from '../widget-draft.ts'
import { type Mode, drawnPair } from './drawn-pair.ts'

export function Colors({ edit }: { edit: Edit }) {
  const [mode, setMode] = useState<Mode>('light_mode')
  return (
    <Section
      title={words.colors}
      intro={words.colorsIntro}
      action={<Segments label={words.modesLabel} choices={words.modes} chosen={mode} onChoose={setMode} />}
    >
      <div className="flex flex-col gap-3 p-4">
        {coloredParts.map((part) => {
          const name = widgetTexts.parts[part]
          const pair = drawnPair(edit.draft.config, mode, part)
          const path = ['chat', mode, part]
          return (
            <div
              key={part}
              role="group"
              aria-label={name}
              className="grid grid-cols-2 items-center gap-x-3 gap-y-1 wide:grid-cols-[8.5rem_1fr_1fr_7.5rem]"
            >
              <span aria-hidden="true" className="col-span-2 font-medium wide:col-span-1">
                {name}
              </span>
              {part === 'link' ? (
                <span className="max-wide:hidden" />
              ) : (
                <ColorValue
                  edit={edit}
                  path={[...path, 'background_color']}
                  label={words.background(name)}
                  drawn={pair.background}
                />
              )}
              <ColorValue edit={edit} path={[...path, 'text_color']} label={words.text(name)} drawn={pair.text} />
              <p className="flex items-center gap-2 text-xs max-wide:col-span-2">
                <span
                  aria-hidden="true"
                  className="rounded border border-line px-1.5 py-0.5 font-medium"
                  style={{ background: pair.background, color: pair.text }}
                >
                  Aa
                </span>
                <span className={classes('numeric', pair.refused === null ? 'text-faint' : 'text-warn')}>
                  {pair.refused === null ? words.contrast(pair.contrast) : words.tooLow(pair.refused, pair.contrast)}
                </span>
              </p>
            </div>
          )
        })}
        <p className="text-xs text-faint">{words.contrastHint(least_contrast)}</p>
      </div>
    </Section>
  )
}

interface ColorProps {
  edit: Edit
  path: string[]
  label: string
  /** What is drawn while nothing is configured. */
  drawn: string
}

/** To be written, or chosen in the browser's own way. */
function ColorValue({ edit, path, label, drawn }: ColorProps) {
  const value = valueAt(edit.draft.config, path)
  const text = typeof value === 'string' ? value : ''
  const set = (next: string) => edit.setValue(path, next === '' ? undefined : next)
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <input
        type="color"
        aria-label={words.choose(label)}
        title={words.choose(label)}
        className="size-8 shrink-0 cursor-pointer rounded-md border border-edge bg-surface p-1"
        value={sixDigits(text) ?? sixDigits(drawn) ?? '#000000'}
        disabled={edit.isReadOnly}
        onChange={({ target }) => set(target.value)}
      />
      <div className="min-w-0 flex-1 [&_label]:sr-only">
        <Field label={label} error={edit.faults.get(['config', ...path].join('.'))}>
          <TextInput
            className="font-mono text-xs"
            value={text}
            maxLength={9}
            placeholder={drawn}
            disabled={edit.isReadOnly}
            autoComplete="off"
            spellCheck={false}
            onValueChange={set}
          />
        </Field>
      </div>
    </div>
  )
}

/** A color field of a browser takes nothing else. */
function sixDigits(text: string): string | null {
  const color = readColor(text)
  return color && `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
