/** What a Teams app declares of itself: one bot, where it may be used, and what its menu offers. */
export interface ManifestNeeds {
  /** MicrosoftAppId: a GUID. */
  readonly appId: string
  /** `https://countersign.example.com`. */
  readonly publicUrl: string
  /** Teams takes a package with the same id only under a higher version. */
  readonly version: string
}

const MANIFEST_VERSION = '1.23'
export const COLOR_ICON = 'color.png'
export const OUTLINE_ICON = 'outline.png'
const ACCENT_COLOR = '#1F4E79'

/** At most ten in a menu, which only puts the words into the message box; every other verb is typed. */
const COMMANDS: readonly { readonly title: string; readonly description: string }[] = [
  { title: 'list', description: 'Shows the incidents that are not resolved' },
  { title: 'status', description: 'Shows the card of an incident' },
  { title: 'timeline', description: 'Shows what happened, in order' },
  { title: 'changes', description: 'Shows what changed before the onset' },
  { title: 'declare', description: 'Opens an incident: declare [SEV1-5] <title> [on <service>]' },
  { title: 'ack', description: 'Says that you are on it' },
  { title: 'note', description: 'Puts a sentence on the timeline' },
  { title: 'playbooks', description: 'Shows which playbooks fit and why the others do not' },
  { title: 'help', description: 'Shows everything you can say' },
]
const HOME = { title: 'home', description: 'Shows what waits for you and what is open' }

export function teamsManifest({ appId, publicUrl, version }: ManifestNeeds) {
  return {
    $schema: `https://developer.microsoft.com/json-schemas/teams/v${MANIFEST_VERSION}/MicrosoftTeams.schema.json`,
    manifestVersion: MANIFEST_VERSION,
    version,
    id: appId,
    developer: { name: 'Countersign', websiteUrl: publicUrl, privacyUrl: publicUrl, termsOfUseUrl: publicUrl },
    name: { short: 'Countersign', full: 'Countersign incident bot' },
    description: {
      short: 'Incidents, their likely cause, and fixes that run once the right people approve',
      full:
        'One live card per incident: severity, symptom, what probably changed, and the exact plan that would fix it. ' +
        'A plan runs only after the right people pressed Approve; every step is on an audit log that can be verified.',
    },
    icons: { color: COLOR_ICON, outline: OUTLINE_ICON },
    accentColor: ACCENT_COLOR,
    bots: [
      {
        botId: appId,
        scopes: ['team', 'personal', 'groupChat'],
        isNotificationOnly: false,
        supportsFiles: false,
        commandLists: [
          { scopes: ['team', 'groupChat'], commands: COMMANDS },
          { scopes: ['personal'], commands: [HOME, ...COMMANDS] },
        ],
      },
    ],
    defaultInstallScope: 'team',
    defaultGroupCapability: { team: 'bot', groupchat: 'bot' },
    validDomains: [],
  }
}
