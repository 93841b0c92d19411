// The code with which a site's server signs its visitors, and what its page does with the token.
import { useState } from 'react'
import { Section } from '../../settings/settings-page.tsx'
import { Button } from '../../ui/button.tsx'
import { notify } from '../../ui/notify.ts'
import { texts } from '../../texts/index.ts'
import { Segments } from '../preview/segments.tsx'
import { securityTexts as words } from '../section-texts.ts'
import { type SampleLanguage, identityOnPage, identitySamples } from './identity-samples.ts'

export function IdentityCode() {
  const [language, setLanguage] = useState<SampleLanguage>('node')
  return (
    <Section
      title={words.code}
      intro={words.codeIntro}
      action={<Segments label={words.language} choices={words.languages} chosen={language} onChoose={setLanguage} />}
    >
      <div className="flex flex-col gap-4 p-4">
        <Code label={words.onServer(words.languages[language])} text={identitySamples[language]} />
        <Code label={words.onPage} text={identityOnPage} />
      </div>
    </Section>
  )
}

function Code({ label, text }: { label: string; text: string }) {
  // Without HTTPS a page cannot write to the clipboard; the text can be selected.
  const copy = () => void navigator.clipboard?.writeText(text).then(() => notify(texts.copied))
  return (
    <figure className="flex flex-col gap-1">
      <figcaption className="flex items-center justify-between gap-2">
        <span className="font-medium">{label}</span>
        <Button kind="quiet" icon="copy" onClick={copy}>
          {texts.copy}
        </Button>
      </figcaption>
      <pre
        role="group"
        aria-label={label}
        // It scrolls sideways.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs"
      >
        {text}
      </pre>
    </figure>
  )
}
