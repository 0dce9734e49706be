// Starts `scenelang lsp` and hands it over to VS Code.
"use strict";

const path = require("path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

/** The configured command; a relative path starts at the workspace's first folder. */
function server() {
  const [program, ...args] = vscode.workspace.getConfiguration("scenelang").get("command");
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const isRelative = path.basename(program) !== program && !path.isAbsolute(program);
  return {
    command: isRelative && folder ? path.join(folder, program) : program,
    args,
    options: folder ? { cwd: folder } : {},
  };
}

async function start() {
  const documents = [
    { scheme: "file", language: "scene" },
    { scheme: "untitled", language: "scene" },
  ];
  client = new LanguageClient("scenelang", "Scenelang", server(), { documentSelector: documents });
  try {
    await client.start();
  } catch (error) {
    const hint = "Install it with `pip install 'scenelang[editor]'`, or set `scenelang.command`.";
    vscode.window.showErrorMessage(`Scenelang's language server doesn't start. ${hint} (${error.message})`);
  }
}

async function stop() {
  const stopped = client;
  client = undefined;
  if (stopped?.needsStop()) await stopped.stop();
}

async function restart() {
  await stop();
  await start();
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("scenelang.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("scenelang.command")) return restart();
    }),
  );
  await start();
};

exports.deactivate = stop;
