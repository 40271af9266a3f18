import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { maskSecrets } from "../../../src/core/secrets/mask.ts";

// Put together here so that no scanner takes this file for a leak.
const drawn = ["k7Qz", "3vXp", "9LmT", "wB2c", "8RfN", "y5Hd"].join("");
const hex = ["9f2c41d0", "77ab3e58", "c1640f92", "be03d75a"].join("");
const noMarks = Buffer.from("hunter22?").toString("base64");
const basic = Buffer.from("deploy:t0psecret!").toString("base64");

test.each([
  ["a bearer header", `curl -H "Authorization: Bearer ${drawn}" https://x`, drawn, "bearer_token"],
  ["a bearer header in JSON", `{"Authorization": "Bearer ${drawn}"}`, drawn, "bearer_token"],
  ["a short bearer token", "authorization: Bearer abc12345xyz", "abc12345xyz", "bearer_token"],
  ["a token header", `Authorization: token ${hex}`, hex, "authorization_token"],
  ["a basic header", `Authorization: Basic ${basic}`, basic, "basic_credentials"],
  ["curl's user", "curl -s -u admin:Sup3rPass https://ci.corp/api", "Sup3rPass", "curl_password"],
  ["curl's user in quotes", 'curl -u "bob:hunter22" http://x', "hunter22", "curl_password"],
  ["curl's long flag", "curl --user=bob:hunter22 http://x", "hunter22", "curl_password"],
  ["mysql's flag", "mysql -h db -u root -pS3cretPw! app < x.sql", "S3cretPw!", "flag_password"],
  ["mysqldump's flag", "mysqldump --password=hunter22 app", "hunter22", "flag_password"],
  ["sshpass", "sshpass -p 'hunter22' ssh deploy@host", "hunter22", "flag_password"],
  ["redis-cli", "redis-cli -a hunter22 ping", "hunter22", "flag_password"],
  ["httpie over TLS", "https -u bob:hunter22 h/x", "hunter22", "curl_password"],
  ["a password flag", "tool login --password=Tr0ub4dor", "Tr0ub4dor", "flag_password"],
  ["a data base's flag", "tool --db-password Tr0ub4dor", "Tr0ub4dor", "flag_password"],
  ["a flag within a word", "x--http-password=Tr0ub4dor", "Tr0ub4dor", "flag_password"],
  ["an exported password", "export DB_PASSWORD=Tr0ub4dor", "Tr0ub4dor", "assigned_secret"],
  ["a bare password", "PASSWORD=hunter22 ./run", "hunter22", "assigned_secret"],
  [
    "an environment in Python",
    'os.environ["DB_PASSWORD"] = "Tr0ub4dor"',
    "Tr0ub4dor",
    "assigned_secret",
  ],
  ["psql's variable", "PGPASSWORD=hunter22 psql -h db", "hunter22", "assigned_secret"],
  ["a token variable", `SLACK_API_TOKEN="${drawn}"`, drawn, "assigned_secret"],
  ["a secret variable", `CLIENT_SECRET='${hex}'`, hex, "assigned_secret"],
  ["a YAML variable", `    SESSION_SECRET: ${drawn}`, drawn, "assigned_secret"],
  ["a JSON key", `"api_key": "${drawn}"`, drawn, "assigned_secret"],
  ["a query", `https://x/y?access_token=${drawn}&a=1`, drawn, "assigned_secret"],
  [
    "a line of .netrc",
    "machine api.github.com login bob password hunter22",
    "hunter22",
    "netrc_password",
  ],
  [
    "lines of .netrc",
    "machine h\n  login bob\n  password hunter22\n",
    "hunter22",
    "netrc_password",
  ],
  ["a Twilio key", `SK${hex}`, `SK${hex}`, "twilio_key"],
  ["a Twilio token", `Client("AC${hex}", "${hex}")`, hex, "twilio_token"],
  ["an npm token", `npm_${drawn}aB3dE6gH9jK2`, `npm_${drawn}aB3dE6gH9jK2`, "npm_token"],
  [
    "a PyPI token",
    `password = pypi-AgEIcHlwaS5vcmc${drawn}${drawn}`,
    `pypi-AgEIcHlwaS5vcmc${drawn}${drawn}`,
    "pypi_token",
  ],
  ["an ADO string", "Server=db;Uid=app;Pwd=hunter22;", "hunter22", "connection_password"],
  [
    "JDBC with a query",
    "jdbc:mysql://h/d?user=a&password=hunter22",
    "hunter22",
    "connection_password",
  ],
  ["Oracle's JDBC", "jdbc:oracle:thin:scott/tig3r!@//h:1521/x", "tig3r!", "connection_password"],
  [
    "a storage account",
    `AccountName=a;AccountKey=${drawn}${drawn}==;`,
    `${drawn}${drawn}==`,
    "connection_key",
  ],
  ["an added line of a diff", "+amqp://app:hunter22@mq/v", "hunter22", "address_password"],
  ["a removed line of a diff", `-sk-proj-${drawn}`, `sk-proj-${drawn}`, "sk_key"],
  ["AMQP", "amqp://app:hunter22@mq:5672/v", "hunter22", "address_password"],
  ["MongoDB", "mongodb+srv://app:hunter22@c.example.net/d", "hunter22", "address_password"],
  ["a password with marks", "postgres://app:p@ss/w0rd1@db/x", "p@ss/w0rd1", "address_password"],
  ["curl's user without a blank", "curl -uadmin:hunter22 https://x", "hunter22", "curl_password"],
  ["curl's flags written as one", "curl -sSu ci:hunter22 https://x", "hunter22", "curl_password"],
  ["curl over two lines", "curl https://x \\\n  -u ci:hunter22", "hunter22", "curl_password"],
  ["an upload tool's flag", "twine upload -u bob -p hunter22 dist/*", "hunter22", "flag_password"],
  ["a call that sets a variable", `m.setenv('API_TOKEN', '${drawn}')`, drawn, "assigned_secret"],
  ["a variable of fish", `set -gx API_TOKEN ${drawn}`, drawn, "assigned_secret"],
  ["a Dockerfile of old", `ENV DB_PASSWORD Tr0ub4dor`, "Tr0ub4dor", "assigned_secret"],
  ["a tool's setting", `aws configure set aws_secret_token ${drawn}`, drawn, "assigned_secret"],
  ["a chosen password in JSON", '{"password": "Tr0ub4dor3"}', "Tr0ub4dor3", "assigned_secret"],
  [
    "a chosen password in JSON in JSON",
    '{\\"password\\": \\"Tr0ub4dor3\\"}',
    "Tr0ub4dor3",
    "assigned_secret",
  ],
  ["npm's old login", `_auth=${basic}`, basic, "basic_credentials"],
  [
    "a section of .pypirc",
    "[pypi]\nusername = bob\npassword = hunter22",
    "hunter22",
    "connection_password",
  ],
  ["libpq", "host=h dbname=d user=u password=hunter22", "hunter22", "connection_password"],
  ["a token in an address", `git clone https://${drawn}@h.org/a/b`, drawn, "address_token"],
  ["a key that says whose it is", `dapi${hex}`, `dapi${hex}`, "vendor_key"],
  ["a numbered key of the same", `dapi${hex}-3`, `dapi${hex}-3`, "vendor_key"],
  ["a password behind a port", "redis-cli -h h -p 6379 -a hunter22", "hunter22", "flag_password"],
  ["another behind a port", "mysql -p 3306 -phunter22 app", "hunter22", "flag_password"],
  [
    "a password behind two flags",
    "mysql -p app -P 1 -p3306 -phunter22",
    "hunter22",
    "flag_password",
  ],
  [
    "a password behind a published port",
    "docker login -p 8080:80 -p hunter22",
    "hunter22",
    "flag_password",
  ],
  [
    "a user behind another's placeholder",
    "curl -U user:password -u bob:hunter22 http://x",
    "hunter22",
    "curl_password",
  ],
  [
    "a query behind a placeholder",
    "jdbc:mysql://h/d?password=changeme&password=hunter22",
    "hunter22",
    "connection_password",
  ],
  [
    "a secret in what a refused match took in",
    `token=x/y/z/a_b.c:password=${drawn.slice(0, 12)}`,
    drawn.slice(0, 12),
    "assigned_secret",
  ],
  [
    "curl with a semicolon in quotes",
    "curl 'https://x;y' -u bob:hunter22",
    "hunter22",
    "curl_password",
  ],
  ["curl with a body", `curl -d '{"a":1;}' -u bob:hunter22`, "hunter22", "curl_password"],
  [
    "curl with a body of lines",
    `curl -d "{\\"a\\":\n1|2}" x -u bob:hunter22`,
    "hunter22",
    "curl_password",
  ],
  [
    "curl with a quote that is not closed",
    "curl it's -u bob:hunter22",
    "hunter22",
    "curl_password",
  ],
  ["curl with a tab", "curl -u\tbob:hunter22", "hunter22", "curl_password"],
  ["wget with a tab", "wget --user\tbob:hunter22", "hunter22", "curl_password"],
  ["curl with flags as one word", "curl -vu bob:hunter22", "hunter22", "curl_password"],
  ["curl with three of them", "curl -nsu bob:hunter22", "hunter22", "curl_password"],
  ["fish with two flags", "set -x -g API_TOKEN Tr0ub4dor", "Tr0ub4dor", "assigned_secret"],
  ["fish with a long flag", "set --export API_TOKEN Tr0ub4dor", "Tr0ub4dor", "assigned_secret"],
  [
    "a call of .NET",
    '[Environment]::SetEnvironmentVariable("API_TOKEN", "Tr0ub4dor", "User")',
    "Tr0ub4dor",
    "assigned_secret",
  ],
  ["a variable of Windows", "setx API_TOKEN Tr0ub4dor", "Tr0ub4dor", "assigned_secret"],
  ["the same for the machine", 'setx /M API_TOKEN "Tr0ub4dor"', "Tr0ub4dor", "assigned_secret"],
  ["poetry's login", "poetry config http-basic.foo alice hunter22", "hunter22", "assigned_secret"],
  [
    "a secret of Kubernetes",
    "kubectl create secret generic x --from-literal=password=Tr0ub4dor&3xy",
    "Tr0ub4dor&3xy",
    "assigned_secret",
  ],
  ["Rails' key", `secret_key_base: ${hex.repeat(4)}`, hex.repeat(4), "assigned_secret"],
  ["npm's password", "//r.example/:_password=hunter22", "hunter22", "basic_credentials"],
  ["npm's password in base64", `_password = "${noMarks}"`, noMarks, "basic_credentials"],
  ["base64 that begins with a slash", `DB_SECRET=/${drawn}`, `/${drawn}`, "assigned_secret"],
  [
    "a Discord webhook",
    `https://discord.com/api/webhooks/12345678901234567/${drawn.repeat(3)}`,
    drawn.repeat(3),
    "vendor_key",
  ],
  ...[
    `r${"8_"}${drawn}${drawn.slice(0, 13)}`,
    `xa${"i-"}${drawn.repeat(3)}`,
    `ppl${"x-"}${drawn.repeat(2)}`,
    `nvap${"i-"}${drawn.repeat(2)}-_ab`,
    `ATAT${"T3x"}${drawn.repeat(6)}=1A2B3C4D`,
    `dckr_${"pat_"}${drawn}_-a`,
    `fig${"d_"}${drawn.repeat(2)}-_`,
    `sntry${"s_"}eyJ${drawn.repeat(3)}=_${drawn.repeat(2)}`,
    `1234567${"89:"}AA${drawn}${drawn.slice(0, 9)}`,
  ].map((key) => [`a vendor's ${key.slice(0, 5)}`, `key ${key} end`, key, "vendor_key"]),
])("%s: the secret alone is masked", async (_name, text, secret, kind) => {
  const masked = await maskSecrets(text);
  expect(masked.text).toBe(
    `${text.slice(0, text.lastIndexOf(secret))}MASKED_${kind.toUpperCase()}${text.slice(text.lastIndexOf(secret) + secret.length)}`,
  );
  expect(masked.found).toEqual({ [kind]: 1 });
  expect(await maskSecrets(masked.text)).toEqual({ text: masked.text, found: {} });
});

test.each([
  'headers = {"Authorization": f"Bearer {token}"}',
  "Authorization: Bearer $TOKEN and Bearer <your-token> and the bearer of news",
  "Basic authentication, basic configuration, Basic understanding of HTTP",
  "curl -u $USER:$PASS https://x; curl -u user:password http://x",
  "mysql -u root -p app; mkdir -p build; redis-cli -p 6379",
  "PASSWORD=changeme DB_PASSWORD=$1 API_TOKEN=${TOKEN} CLIENT_SECRET=your-secret-here",
  'SECRET_KEY = "dummy" and PASSWORD = "password" and TOKEN=None',
  "max_tokens=4096, num_tokens: 12, token = tokens[0], token=self.csrf_token",
  "password = getpass.getpass(); password=request.POST['password']",
  "csrf_token=get_token(request), secret=os.environ['SECRET2'], token_type: bearer",
  "TOKEN_LENGTH=32 PASSWORD_MIN_LENGTH=8 token: tokenize.NAME2",
  "the machine learning password prompt, default password policy",
  "npm_config_registry npm_package_version npm_lifecycle_event",
  "SKIP SK1234 pypi-publish pypi-upload-action",
  "for (const token of tokens) if (token.type === 'word2') {}",
  "curl -o out:file1 https://x; curl -sS https://x/u a:b; git clone https://github.com/a/b@v1",
  "ENV PATH /usr/bin ENV API_TOKEN $TOKEN set -x; set -e TOKEN",
  "git config set user.name Bob; npm config set registry https://r.example/",
  "user = User(name)\npassword = make_password(raw) username=username, password=password",
  'setenv("API_TOKEN", token); getenv("PASSWORD", default)',
  'mysql -p "app2024"; redis-cli -p 6379 -p 6380; psql -p5432 -p 5433',
  'os.putenv("MAX_TOKENS", "4096abcd")',
  'setenv("MAX_TOKENS_PER_MINUTE","conf2024")',
  'os.environ.setdefault("SECRET_KEY_FILE", "/run/secrets/key1.txt")',
  'os.environ.setdefault("SECRET_KEY_FILE", "key1.txt")',
  "ENV TOKENIZERS_CACHE /root/.cache/hf2",
  "ENV TOKENIZERS_CACHE cache2024",
  "ENV SSH_KEY_PATH /root/.ssh/id_rsa1",
  "ENV SSH_KEY_DIR keys2024",
  "ENV PATH_KEY /usr/local/bin:/x2",
  "DB_SECRET_FILE=secrets2024.txt DB_PASSWORD_PATH=keys/db2024",
  "DB_PASSWORD=/run/secrets/db_password2 API_TOKEN: ~/.config/token12",
  "git config set user.tokens v1.2.345",
  "config set maxmemory-policy_token allkeys-lru1",
  "username=form.username.data, password=form.password1.data",
  "self._password = hashlib2",
  "self._password=hashlib2",
  "_password = generate9",
  "f(_password=generate9)",
  '"password": "At-least-8-chars-and-1-digit"',
  "kubectl create secret generic x --from-literal=tokens=abc12345 --from-literal=key=$KEY1",
  "secret_key_base: <%= ENV['X'] %> secret_key_base = deadbeef",
  "poetry config http-basic.foo alice $PASSWORD1; poetry config http-basic.foo --unset",
  "xai-org/grok-1-open-release-of-2024-03-17 r8_score figd_x 12:30:AAPL nvapi-your-key-here",
  "https://discord.com/api/webhooks/ID/TOKEN",
])("code and placeholders are left alone: %s", async (text) => {
  expect(await maskSecrets(text)).toEqual({ text, found: {} });
});

test("of all real rows at most one message in 500 is masked by what stands before a value", async () => {
  let messages = 0;
  let masked = 0;
  for (const file of readdirSync("test/fixtures/real").filter((name) => name.endsWith(".jsonl"))) {
    const texts: string[] = [];
    for (const line of readFileSync(`test/fixtures/real/${file}`, "utf8").trim().split("\n")) {
      JSON.parse(line, (_key, value: unknown) => {
        if (typeof value === "string" && value.length >= 30) texts.push(value);
        return value;
      });
    }
    messages += texts.length;
    const { found } = await maskSecrets(texts.join("\n\u0000\n"));
    masked += Object.values(found).reduce((sum, n) => sum + n, 0);
  }
  expect(messages).toBeGreaterThan(2000);
  expect(masked).toBeLessThanOrEqual(messages / 500);
}, 60_000);

test.each([
  "Bearer ",
  "Authorization: ",
  "curl -u a:",
  "mysql -p ",
  "PASSWORD=",
  "PASSWORD='aB3",
  "token: ",
  "machine a login b ",
  "jdbc:a",
  ";pwd=",
  "x://a:b@",
  "curl \\\\",
  "curl \\ -u a:",
  "user=a b=c ",
  "ENV TOKEN ",
  "setenv('TOKEN', ",
  "curl '",
  "curl ''",
  'curl -d "a" ',
  "curl -u user:password ",
  "mysql -p 3306 ",
  "jdbc:a?password=password&",
  "set -x ",
  "--from-literal=key=",
  "poetry config http-basic.a b ",
  "discord.com/api/webhooks/",
  "secret_key_base: ",
])(
  "a long run of %j is read in one pass",
  async (word) => {
    const text = word.repeat(Math.ceil(300_000 / word.length));
    expect(typeof (await maskSecrets(text)).text).toBe("string");
  },
  20_000,
);
