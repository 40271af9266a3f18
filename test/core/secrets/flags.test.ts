import { expect, test } from "vitest";
import { maskSecrets } from "../../../src/core/secrets/mask.ts";

const around: readonly ((command: string) => string)[] = [
  (command) => command,
  (command) => `sudo ${command}`,
  (command) => `x=$(${command})`,
  (command) => `x=$(sudo -E ${command}|wc -l)`,
  (command) => `${command}|tee out`,
  (command) => `cat body | ${command}; echo done`,
  (command) => `(${command}) && echo done`,
  (command) => `${command}>out 2>&1`,
  (command) => `\`${command}\``,
  (command) => JSON.stringify({ command: `${command}\necho done` }),
];

// The password ends each command, so that what stands behind it has to be left.
test.each([
  "curl -Ou bob:hunter22",
  "curl https://x -OLu bob:hunter22",
  "curl -fsSLOu bob:hunter22",
  "curl -XPOST -iMu bob:hunter22",
  "curl -#u bob:hunter22",
  "curl -kVpu bob:hunter22",
  "curl -Oubob:hunter22",
  "curl -sSU bob:hunter22",
  "curl -d a=1 -Ou bob:hunter22",
  "http -a bob:hunter22",
  "http -va bob:hunter22",
  "https -fjva bob:hunter22",
  "http GET h/x -abob:hunter22",
  "http --auth bob:hunter22",
  "xh --auth=bob:hunter22",
  "mysql -uroot -phunter22",
  "mysql -NBsphunter22",
  "mysql -u root -vvphunter22",
  "mariadb-dump -Cphunter22",
  "mysqlsh -u root --password=hunter22",
  "sshpass -vp hunter22",
  "sshpass -phunter22",
  "plink -ssh bob@h -pw hunter22",
  "pscp -pw hunter22",
  "ldapsearch -xw hunter22",
  "ldapmodify -xLLLw hunter22",
  "ldapwhoami -D cn=a -whunter22",
  "smbclient -NU bob%hunter22",
  "smbclient //h/s -U corp/bob%hunter22",
  "lftp -u bob,hunter22",
  "mongorestore -u bob -p hunter22",
  "mongosh -v -p hunter22",
  "sudo docker login r.example -u bob -p hunter22",
  "podman login -phunter22",
  "helm registry login -u bob -p hunter22",
  "oc login -u bob -p hunter22",
  "sqlcmd -S h,1433 -U sa -P hunter22",
  "sqlcmd -bCP hunter22",
  "unzip -oP hunter22",
  "zip -rP hunter22",
  "psql -h db --password=hunter22",
  "redis-cli -h h -a hunter22",
])("in %s the password alone is masked, whatever stands around it", async (command) => {
  const masked = command.replace(
    /hunter22$/,
    /^(?:curl|xh|http)/.test(command) ? "MASKED_CURL_PASSWORD" : "MASKED_FLAG_PASSWORD",
  );
  for (const wrap of around) expect((await maskSecrets(wrap(command))).text).toBe(wrap(masked));
});

test.each([
  [`curl -Ou "bob:hunter 22" x`, "hunter 22"],
  [`curl -Ou 'bob:it is "22"' x`, 'it is "22"'],
  [`curl -Ou "bob:hunter22" x`, "hunter22"],
  [`curl -Ou 'bob:hunter22;' x`, "hunter22;"],
  [`{"command": "curl -Ou \\"bob:hunter22\\" x"}`, "hunter22"],
  [`["curl", "-Ou", "bob:hunter22", "x"]`, "hunter22"],
  [`['mysql', '-uroot', '-phunter22']`, "hunter22"],
  [`mysql -e "select 1; select 2" -phunter22`, "hunter22"],
  [`mysql -p"hunter22" app`, "hunter22"],
  [`curl -Ou bob:hunter\\&22 x`, "hunter\\&22"],
  ["curl -Ou bob:hunter22\\nls", "hunter22"],
  ["curl \\\n  -Ou \\\n  bob:hunter22 x", "hunter22"],
  ["curl -Ou :hunter22 x", "hunter22"],
  ["curl -Ou bob:12345 x", "12345"],
])("of %s: %s is masked", async (text, secret) => {
  const { text: masked } = await maskSecrets(text);
  expect(masked).not.toContain(secret);
  expect(masked.replace(/MASKED_[A-Z]+_PASSWORD/, () => secret)).toBe(text);
});

test.each([
  "curl -Ou $USER:$PASS x; curl -Ou user:password x; curl -Lo out:file1 x; curl -XPOUT a:b12345",
  "curl x && chown -u root:wheel12 y; curl x&&docker run -u 1000:1000abc img; curl -u :8080 x",
  "curl -o u:hunter22 https://x; curl -Hu:abc123 x; curl -b sid:u12345 x",
  "http -a user:password; http -a $AUTH; http -v h/x a:=12345 b:hunter22",
  "the http -and -all flags; via http proxy -x a:hunter22; see https://x.org/a -a bob",
  "mysql -NBe 'select 1' -u root -p app2024; mysql -vvv -P 3306; mysql -uphp5app -Dapp2024",
  "mysql -hprod-db1 -P3307 app; mysqldump -Rp app2024; mysql --protocol=tcp2024",
  "sshpass -e ssh x; sshpass -f pw2024 ssh x; sshpass -p $PW ssh x; sshpass -p '<password>' ssh",
  "ldapsearch -xW -D cn=a2024 -b dc=x; ldapsearch -xLLL uid=bob2024; ldapsearch -y pw2024",
  "smbclient -U bob //h/s2024; smbclient -L h2024; smbclient -U bob%$PW x",
  "psql -p5432 -Ubob2024 -dapp2024 -W; psql -hdb2024 -p 5433; psql -v pass2024",
  "redis-cli -p 6379 -n 3 get a:hunter22; redis-cli --askpass",
  "docker run -p 8080:80 -v a:/b2024 img; docker build -t app:hunter22 -p x2024",
  "docker login -u bob --password-stdin r2024.example; docker login -p 8080:80",
  "unzip -o a2024.zip -d out2024; zip -r out2024.zip src; gzip -P hunter22; unzip -p a2024.zip x",
  "mongo -p 27017; mongod --port 27018; mongoose -p; mongodump --db app2024",
  "sqlcmd -S h,1433 -U sa -d app2024 -p 1; lftp -e mirror2024; lftp -u bob h2024",
  "plink -ssh -P 2222 bob@h2024; plink -pwfile pw2024 h",
  "mkdir -p build2024; cp -p a2024 b; ssh -p 2222 bob@h2024; tar -xvpf a2024.tar; nc -u h:hunter22",
])("flags that carry no password are left: %s", async (text) => {
  expect(await maskSecrets(text)).toEqual({ text, found: {} });
});

test.each([
  "curl -Ou user:password ",
  "mysql -p 3306 -phi ",
  "http -a ",
  'curl "',
  "zip -P ",
  "ldapsearch -x 'a' ",
])(
  "a long run of %j is read in one pass",
  async (word) => {
    const text = word.repeat(Math.ceil(300_000 / word.length));
    expect(typeof (await maskSecrets(text)).text).toBe("string");
  },
  20_000,
);
