/** The card's "Train on it": how each trainer is told to learn the judged words and nothing else, in four lines. */
import type { Format, Trainer } from "./format-names.ts";
import { lengthLimit, type TrainFacts } from "./trainer-settings.ts";

/** The card's lines, a paragraph a format that trains. */
export function trainOnIt(facts: TrainFacts): string[] {
  return facts.formats.flatMap(({ format }) => {
    const ways = waysOf(format, facts);
    return ways.length === 0 ? [] : [`### ${format}`, "", ...ways.flatMap(wayLines)];
  });
}

// ---------------------------------------------------------------------------------------------

type Way = {
  readonly trainer: string;
  readonly lines: readonly string[];
  readonly isTried: boolean;
};

function wayLines({ trainer, lines, isTried }: Way): string[] {
  return [`${trainer}${isTried ? "" : " (untried)"}:`, "", "```", ...lines, "```", ""];
}

/** Of a plain set those that read its forms; of a set for one trainer that one. */
function waysOf(format: Format, facts: TrainFacts): Way[] {
  const { trainer } = facts;
  const limit = lengthLimit(facts);
  const load = `rows = load_dataset("FOLDER", "${format}", split="train")`;
  const ways: Way[] = [];
  const isPlain = trainer === null || trainer === "trl";
  const trl = TRL[format]?.map((line) => line.replace("LIMIT", String(limit)));
  if (isPlain && trl !== undefined)
    ways.push({ trainer: "TRL", lines: [load, ...trl], isTried: TRIED.has(format) });
  if (trainer === null && format === "openai") {
    ways.push({
      trainer: "axolotl",
      lines: [
        "type: chat_template, field_messages: messages",
        `message_field_training: weight${facts.hasCalls ? ", field_tools: tools" : ""}`,
        "roles_to_train: [], train_on_eos: turn",
        `sequence_len: ${limit}`,
      ],
      isTried: false,
    });
  }
  if (trainer === null && format === "sharegpt") {
    ways.push({
      trainer: "LLaMA-Factory",
      lines: [
        `formatting: sharegpt, columns: messages = conversations${facts.hasCalls ? ", tools = tools" : ""}`,
        "mask_history: true   # else every assistant turn of the history is learned",
        `cutoff_len: ${limit}`,
        "template: that of your model; it must take function_call where the rows have calls",
      ],
      isTried: false,
    });
  }
  if (trainer === null && format === "alpaca") {
    ways.push({
      trainer: "LLaMA-Factory",
      lines: [
        "columns: prompt = instruction, query = input, response = output,",
        "  system = system, history = history   # without them both are left out, unsaid",
        "mask_history: true   # output alone is learned, else the history's answers too",
        `cutoff_len: ${limit}`,
      ],
      isTried: false,
    });
  }
  const own = trainer === null ? undefined : OWN_WAYS[trainer]?.[format];
  if (own !== undefined && trainer !== null)
    ways.push({
      trainer: NAMES[trainer],
      lines: own.map((line) => line.replace("LIMIT", String(limit))),
      // prime-rl is in no index that pip knows: its reader was not run.
      isTried: trainer !== "prime-rl",
    });
  return ways;
}

const NAMES: Readonly<Record<Trainer, string>> = {
  trl: "TRL",
  llamafactory: "LLaMA-Factory",
  axolotl: "axolotl",
  verl: "verl",
  "prime-rl": "prime-rl",
  verifiers: "verifiers",
};

const factory = (stage: string): string[] => [
  `llamafactory-cli train llamafactory-${stage}.yaml   # in this folder`,
  "model_name_or_path, template: yours; the template must take function_call where rows have calls",
  "dataset_info.json names the rows; the history's own answers are not learned",
  "cutoff_len: LIMIT   # over the longest row",
];

const axolotl = (stage: string, learned: string): string[] => [
  `axolotl train axolotl-${stage}.yaml   # in this folder`,
  "base_model: yours",
  learned,
  "sequence_len: LIMIT   # over the longest row",
];

/** Of sets for one trainer; their readers are run by the job of readers, outside CI. */
const OWN_WAYS: Partial<
  Readonly<Record<Trainer, Partial<Readonly<Record<Format, readonly string[]>>>>>
> = {
  llamafactory: {
    sharegpt: factory("sft"),
    preference: factory("dpo"),
    kto: factory("kto"),
  },
  axolotl: {
    openai: axolotl("sft", "message_field_training: weight   # 0 on all that was not judged"),
    preference: axolotl("dpo", "calls stand in the words: its reader of pairs knows no others"),
  },
  verl: {
    "prompt-completion": [
      "keys of its SFT trainer: verl-sft.yaml; it reads the Parquet files",
      "the history is one user message: it learns every assistant message",
      "data.max_length: LIMIT, data.truncation: error",
      "model: yours",
    ],
  },
  "prime-rl": {
    "prompt-completion": [
      "keys of its SFT trainer: prime-rl-sft.toml",
      "the history is one user message: it learns every assistant message",
      "seq_len = LIMIT",
      "model: yours",
    ],
  },
  verifiers: {
    "prompt-completion": [
      "import kingmaker_env   # in this folder; verifiers 0.1 to 0.3",
      "env = kingmaker_env.load_environment()",
      "# full marks for the judged answer, word for word; write a rubric of your own",
      "# the history is one user message",
    ],
  },
};

/** What a step of TRL is run on in the Python tests. */
const TRIED: ReadonlySet<Format> = new Set([
  "prompt-completion",
  "preference",
  "kto",
  "privileged",
]);

/** TRL drops and cuts at 1,024 tokens without a word unless it is told not to. */
const TRL: Partial<Readonly<Record<Format, readonly string[]>>> = {
  "prompt-completion": [
    "args = SFTConfig(max_length=None)   # learns the completion alone",
    "SFTTrainer(model, args, train_dataset=rows).train()",
  ],
  openai: [
    "args = SFTConfig(max_length=None)   # ignores weight: learns every word, use prompt-completion",
    "SFTTrainer(model, args, train_dataset=rows).train()",
  ],
  chatml: [
    "args = SFTConfig(max_length=None)   # one text: learns every word of it",
    "SFTTrainer(model, args, train_dataset=rows).train()",
  ],
  preference: [
    "args = DPOConfig(max_length=None)",
    "DPOTrainer(model, args=args, train_dataset=rows).train()",
  ],
  kto: [
    "args = KTOConfig(max_length=None, per_device_train_batch_size=4)   # above 1",
    "KTOTrainer(model, args=args, train_dataset=rows).train()",
  ],
  privileged: [
    "args = SDFTConfig(max_prompt_length=LIMIT)   # 512 by default, cut from the left",
    "SDFTTrainer(model, args=args, train_dataset=rows).train()",
  ],
  stepwise: [
    "rows = rows.filter(lambda row: None not in row['labels'])   # PRM takes no unjudged step",
    "PRMTrainer(model, args=PRMConfig(max_length=None), train_dataset=rows).train()",
  ],
};
