// What a widget looks like: texts, sizes and colors, and what a site's own brand proposes.
import { type WebWidget, widgetBounds, widgetDefaults } from '@parley/contract'
import { Section } from '../../settings/settings-page.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { ChoiceValue, Columns, type Edit, NumberValue, TextValue } from '../config-fields.tsx'
import { appearanceTexts as words } from '../section-texts.ts'
import { widgetTexts } from '../texts.ts'
import { Brand } from './brand.tsx'
import { Colors } from './colors.tsx'

const { chat, trigger } = widgetBounds

const picture = { hint: words.pictureHint, maxLength: widgetBounds.picture_url, placeholder: 'https://' }

export function AppearanceSection({ widget, edit }: { widget: WebWidget; edit: Edit }) {
  return (
    <>
      {!edit.isReadOnly && <Brand widget={widget} edit={edit} />}
      <Section title={words.general}>
        <Columns>
          <Field label={widgetTexts.columns.name} hint={words.nameHint} error={edit.faults.get('name')}>
            <TextInput
              value={edit.draft.name}
              maxLength={widgetBounds.name}
              disabled={edit.isReadOnly}
              onValueChange={(name) => edit.change({ name })}
            />
          </Field>
          <ChoiceValue edit={edit} path={['theme']} label={words.theme} choices={words.themes} byDefault="system" />
          <TextValue edit={edit} path={['chat', 'title']} label={words.title} maxLength={widgetBounds.title} />
          <TextValue edit={edit} path={['chat', 'subtitle']} label={words.subtitle} maxLength={widgetBounds.title} />
          <TextValue edit={edit} path={['chat', 'avatar_url']} label={words.avatar} {...picture} />
          <ChoiceValue
            edit={edit}
            path={['chat', 'avatar_shape']}
            label={words.avatarShape}
            choices={words.shapes}
            none={words.asLauncher}
          />
        </Columns>
      </Section>
      <Colors edit={edit} />
      <Launcher edit={edit} />
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
    </>
  )
}

function Launcher({ edit }: { edit: Edit }) {
  return (
    <Section title={words.launcher}>
      <Columns>
        <ChoiceValue
          edit={edit}
          path={['trigger', 'shape']}
          label={words.shape}
          choices={words.shapes}
          byDefault={widgetDefaults.trigger.shape}
        />
        <ChoiceValue
          edit={edit}
          path={['trigger', 'position']}
          label={words.position}
          choices={words.positions}
          byDefault={widgetDefaults.trigger.position}
        />
        <NumberValue
          edit={edit}
          path={['trigger', 'size']}
          label={words.size}
          byDefault={widgetDefaults.trigger.size}
          {...trigger.size}
        />
        <TextValue edit={edit} path={['trigger', 'label']} label={words.label} maxLength={trigger.label} />
        {(['offset_x', 'offset_y'] as const).map((name) => (
          <NumberValue
            key={name}
            edit={edit}
            path={['trigger', name]}
            label={words[name]}
            byDefault={widgetDefaults.trigger[name]}
            {...trigger.offset}
          />
        ))}
        <TextValue edit={edit} path={['trigger', 'icon_url']} label={words.icon} {...picture} />
        <NumberValue
          edit={edit}
          path={['trigger', 'z_index']}
          label={words.layer}
          hint={words.layerHint}
          byDefault={widgetDefaults.trigger.z_index}
          {...trigger.z_index}
        />
      </Columns>
    </Section>
  )
}
