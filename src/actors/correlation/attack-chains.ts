import type { EntityKind } from '../../domain/correlation.ts';
import type { Severity } from '../../domain/severity.ts';

/** One stage: met by an alert of one of these modules, of one of these types (any type when left out). */
export type ChainStage = { readonly name: string; readonly modules: readonly string[]; readonly types?: readonly string[] | undefined };

/** An attack in several steps. Stages are met in order, all within `windowMs` of event time, by alerts that have one entity in common. */
export type AttackChain = {
  /** Short name in rules and fold keys. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly stages: readonly ChainStage[];
  /** Instead of stages: so many different modules, in any order. */
  readonly distinctModules?: number | undefined;
  /** What may join its alerts, the most telling first. */
  readonly joinedBy: readonly EntityKind[];
  readonly windowMs: number;
  /** Alerts below do not count. */
  readonly minSeverity: Severity;
  readonly severity: Severity;
  readonly mitre: readonly string[];
  readonly recommended: readonly string[];
};

const QUARTER_HOUR = 15 * 60_000;
const ACTOR: readonly EntityKind[] = ['session', 'process', 'ip'];
const ACTOR_OR_HOST: readonly EntityKind[] = [...ACTOR, 'host'];
const AGENT: readonly EntityKind[] = ['session', 'agent', 'user', 'ip'];

const SCANS = ['vertical_scan', 'horizontal_scan', 'stealth_scan'];
const INSIDE = ['lateral_spread', 'pass_the_hash', 'pass_the_ticket', 'kerberoasting', 'golden_ticket', 'dcsync'];
const LEAVING = ['egress_volume', 'dns_exfiltration', 'dns_tunneling', 'c2_beaconing', 'covert_channel', 'suspicious_port', 'rare_destination'];
const FOOTHOLD = [
  'reverse_shell',
  'suspicious_process',
  'exec_transient_path',
  'fileless_execution',
  'download_cradle',
  'malicious_persistence',
  'persistence_created',
  'account_manipulation',
  'privilege_escalation',
  'crypto_miner',
];
const HARM: ChainStage = { name: 'harm', modules: ['ransomware'] };

const chain = (
  id: string,
  name: string,
  description: string,
  stages: readonly ChainStage[],
  mitre: readonly string[],
  more: Partial<AttackChain> = {},
): AttackChain => ({
  id,
  name,
  description,
  stages,
  joinedBy: ACTOR,
  windowMs: QUARTER_HOUR,
  minSeverity: 'MEDIUM',
  severity: 'CRITICAL',
  mitre,
  recommended: [],
  ...more,
});

/** Every attack chain, with the names of the compatible interface. */
export const ATTACK_CHAINS: readonly AttackChain[] = [
  chain(
    'full_kill_chain',
    'Full Kill Chain: Recon → Exploit → Exfil',
    'Looked around, attacked an application, then files were encrypted or carried off.',
    [{ name: 'recon', modules: ['network_guardian'], types: SCANS }, { name: 'exploit', modules: ['injection_shield'] }, HARM],
    ['TA0043', 'TA0001', 'TA0010'],
    { joinedBy: ACTOR_OR_HOST },
  ),
  chain(
    'credential_attack_lateral_movement',
    'Credential Attack → Lateral Movement',
    'Guessed passwords, then reached for other hosts and ports.',
    [
      { name: 'credentials', modules: ['auth_fortress'] },
      { name: 'movement', modules: ['network_guardian'], types: [...SCANS, ...INSIDE] },
    ],
    ['T1110', 'TA0008'],
  ),
  chain(
    'injection_persistence',
    'Injection → Persistence',
    'Attacked an application, then a program of the attacker ran on this host.',
    [
      { name: 'injection', modules: ['injection_shield'] },
      { name: 'foothold', modules: ['runtime_watcher'], types: FOOTHOLD },
    ],
    ['TA0001', 'TA0003'],
    { joinedBy: ACTOR_OR_HOST },
  ),
  chain(
    'supply_chain_runtime_compromise',
    'Supply Chain → Runtime Compromise',
    'A bad package or image came in, then something ran that should not.',
    [
      { name: 'package', modules: ['supply_chain'] },
      { name: 'execution', modules: ['runtime_watcher'] },
    ],
    ['T1195', 'TA0002'],
    { joinedBy: ACTOR_OR_HOST },
  ),
  chain(
    'auth_bypass_data_destruction',
    'Auth Bypass → Data Destruction',
    'Attacked logins, then files were encrypted or destroyed.',
    [{ name: 'credentials', modules: ['auth_fortress'] }, HARM],
    ['T1110', 'T1486'],
    { joinedBy: ACTOR_OR_HOST },
  ),
  chain(
    'api_abuse_injection_exfil',
    'API Abuse → Injection → Exfil',
    'Misused an interface, injected into it, then files were encrypted or carried off.',
    [{ name: 'interface', modules: ['api_fortress'] }, { name: 'injection', modules: ['injection_shield'] }, HARM],
    ['T1190', 'TA0010'],
    { joinedBy: ACTOR_OR_HOST },
  ),
  chain(
    'iot_compromise_lateral_movement',
    'IoT Compromise → Lateral Movement',
    'A device was taken over, then reached for others.',
    [
      { name: 'device', modules: ['iot_shield'] },
      { name: 'movement', modules: ['network_guardian'], types: [...SCANS, ...INSIDE, ...LEAVING] },
    ],
    ['T1200', 'TA0008'],
  ),
  chain(
    'llm_prompt_injection_agent_escape',
    'LLM Prompt Injection → Agent Escape',
    'A prompt was turned against a model, then its agent left its bounds.',
    [
      { name: 'prompt', modules: ['llm_firewall'] },
      { name: 'escape', modules: ['ai_containment'] },
    ],
    ['T1059', 'TA0004'],
    { joinedBy: AGENT },
  ),
  chain(
    'content_poisoning_unauthorized_payment',
    'Content Poisoning → Agent Goal Hijack → Unauthorized Payment',
    'Poisoned content changed what an agent is after, and it paid.',
    [
      { name: 'content', modules: ['data_poisoning'] },
      { name: 'goal', modules: ['ai_containment'] },
      { name: 'payment', modules: ['api_fortress'] },
    ],
    ['T1195', 'T1059', 'T1657'],
    { joinedBy: AGENT },
  ),
  chain(
    'markdown_injection_agent_scope_escalation',
    'Markdown Injection → Agent Scope Escalation',
    'Markdown that an agent read carried orders, then it took more rights.',
    [
      { name: 'markdown', modules: ['llm_firewall'], types: ['asi_markdown_poisoning', 'rag_hidden_content'] },
      { name: 'escalation', modules: ['ai_containment'] },
    ],
    ['T1059', 'TA0004'],
    { joinedBy: AGENT },
  ),
  chain(
    'web_content_poisoning_data_exfiltration',
    'Web Content Poisoning → Data Exfiltration',
    'Poisoned web content was read, then data left.',
    [
      { name: 'content', modules: ['data_poisoning'] },
      { name: 'exfiltration', modules: ['network_guardian'], types: LEAVING },
    ],
    ['T1195', 'TA0010'],
    { joinedBy: AGENT },
  ),
  chain(
    'support_bot_account_takeover',
    'AI Support Bot Jailbreak to Account Takeover Mutation',
    'A support bot was talked over, then the way into an account was changed.',
    [
      { name: 'jailbreak', modules: ['llm_firewall'], types: ['llm_threat_detected'] },
      { name: 'mutation', modules: ['identity_monitor'], types: ['account_mutation'] },
    ],
    ['T1059', 'T1098', 'TA0006'],
    { joinedBy: ['session', 'user'], windowMs: 5 * 60_000, recommended: ['disable_user', 'block_ip'] },
  ),
  chain('multi_vector_assault', 'Multi-Vector Assault', 'Three or more kinds of attack by the same actor.', [], ['TA0001', 'TA0002', 'TA0040'], {
    distinctModules: 3,
  }),
];
