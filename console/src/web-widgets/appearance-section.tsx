// What a widget looks like: texts, sizes, colors with their contrast, and what a site's own brand proposes.
import {
  type ColoredPart,
  type WebWidget,
  coloredParts,
  contrastOf,
  least_contrast,
  readColor,
  widgetBounds,
  widgetDefaults,
} from '@parley/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { FormFault } from '../settings/parts.tsx'
import { Section } from '../settings/settings-page.tsx'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { ChoiceValue, Columns, type Edit, NumberValue, TextValue } from './config-fields.tsx'
import { appearanceTexts as words } from './section-texts.ts'
import { widgetTexts } from './texts.ts'
import { mergeConfig, valueAt } from './widget-draft.ts'

const { chat, trigger } = widgetBounds
const modes = ['light_mode', 'dark_mode'] as const

export function AppearanceSection({ widget, edit }: { widget: WebWidget; edit: Edit }) {
  const picture = { hint: words.pictureHint, maxLength: widgetBounds.picture_url }
  return (
    <>
      {!edit.isReadOnly && <Brand widget={widget} edit={edit} />}
      <Section title={words.general}>
        <Columns>
          <Field label={widgetTexts.columns.name} error={edit.faults.get('name')}>
            <TextInput
              value={edit.draft.name}
              maxLength={widgetBounds.name}
              disabled={edit.isReadOnly}
              onValueChange={(name) => edit.change({ name })}
            />
          </Field>
          <ChoiceValue edit={edit} path={['theme']} label={words.theme} choices={words.themes} />
          <TextValue edit={edit} path={['chat', 'title']} label={words.title} maxLength={widgetBounds.title} />
          <TextValue edit={edit} path={['chat', 'subtitle']} label={words.subtitle} maxLength={widgetBounds.title} />
          <TextValue edit={edit} path={['chat', 'avatar_url']} label={words.avatar} {...picture} />
        </Columns>
      </Section>
      <Section title={words.window}>
        <Columns>
          {(['width', 'height', 'radius'] as const).map((name) => (
            <NumberValue
              key={name}
              edit={edit}
              path={['chat', name]}
              label={words[name]}
              byDefault={widgetDefaults.chat[name]}
              {...chat[name]}
            />
          ))}
        </Columns>
      </Section>
      <Section title={words.launcher}>
        <Columns>
          <ChoiceValue edit={edit} path={['trigger', 'shape']} label={words.shape} choices={words.shapes} />
          <ChoiceValue edit={edit} path={['trigger', 'position']} label={words.position} choices={words.positions} />
          <NumberValue
            edit={edit}
            path={['trigger', 'size']}
            label={words.size}
            byDefault={widgetDefaults.trigger.size}
            {...trigger.size}
          />
          <TextValue edit={edit} path={['trigger', 'label']} label={words.label} maxLength={trigger.label} />
          <TextValue edit={edit} path={['trigger', 'icon_url']} label={words.icon} {...picture} />
        </Columns>
      </Section>
      {modes.map((mode) => (
        <Section key={mode} title={`${words.colors}: ${words.modes[mode]}`} intro={words.colorsIntro}>
          <Columns>
            {coloredParts.map((part) => (
              <ColorPair key={part} edit={edit} mode={mode} part={part} />
            ))}
          </Columns>
        </Section>
      ))}
    </>
  )
}

interface PairProps {
  edit: Edit
  mode: (typeof modes)[number]
  part: ColoredPart
}

function ColorPair({ edit, mode, part }: PairProps) {
  const path = ['chat', mode, part]
  const name = widgetTexts.parts[part]
  const color = (key: string) => {
    const value = valueAt(edit.draft.config, [...path, key])
    return typeof value === 'string' ? value : ''
  }
  const [behind, front] = [color('background_color'), color('text_color')]
  return (
    <div className="flex flex-col gap-1.5">
      <div className="grid grid-cols-2 gap-2">
        <TextValue
          edit={edit}
          path={[...path, 'background_color']}
          label={words.background(name)}
          maxLength={9}
          placeholder="#rrggbb"
        />
        <TextValue
          edit={edit}
          path={[...path, 'text_color']}
          label={words.text(name)}
          maxLength={9}
          placeholder="#rrggbb"
        />
      </div>
      <Contrast behind={behind} front={front} name={name} />
    </div>
  )
}

function Contrast({ behind, front, name }: { behind: string; front: string; name: string }) {
  const background = readColor(behind)
  const text = background && readColor(front, background)
  if (!background || !text) return null
  const ratio = contrastOf(background, text)
  const said = `${ratio.toFixed(1)}:1`
  const isEnough = ratio >= least_contrast
  return (
    <p
      className={isEnough ? 'flex items-center gap-2 text-xs text-faint' : 'flex items-center gap-2 text-xs text-warn'}
    >
      <span
        aria-hidden="true"
        className="rounded border border-line px-1.5"
        style={{ background: behind, color: front }}
      >
        {name}
      </span>
      {isEnough ? words.contrast(said) : words.tooLow(said)}
    </p>
  )
}

function Brand({ widget, edit }: { widget: WebWidget; edit: Edit }) {
  const { client } = useSession()
  const [domain, setDomain] = useState('')
  const find = useMutation({
    mutationFn: () => client.autoBrandWebWidget({ web_widget_id: widget.id, domain: domain.trim() }),
    onSuccess: ({ config }) => edit.change({ config: mergeConfig(edit.draft.config, config) }),
  })
  const faults = readFaults(find.error, ['domain'])
  return (
    <Section title={words.brand} intro={words.brandIntro}>
      <form
        className="flex flex-col gap-2 p-4"
        onSubmit={(event) => {
          event.preventDefault()
          find.mutate()
        }}
      >
        <div className="flex items-end gap-2">
          <div className="min-w-0 flex-1">
            <Field label={words.domain} error={faults.fields['domain']}>
              <TextInput value={domain} onValueChange={setDomain} maxLength={300} placeholder="example.com" required />
            </Field>
          </div>
          <Button type="submit" disabled={find.isPending}>
            {words.find}
          </Button>
        </div>
        <FormFault text={faults.other} />
        {find.data && (
          <div role="status" className="flex flex-wrap items-center gap-2 text-soft">
            {find.data.colors.map(({ hex, name }) => (
              <span
                key={hex}
                title={`${name} ${hex}`}
                className="size-5 rounded border border-line"
                style={{ background: hex }}
              />
            ))}
            {words.found}
          </div>
        )}
      </form>
    </Section>
  )
}
