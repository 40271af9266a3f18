/**
 * Tools of the known agents by name: Claude Code, Codex, pi, OpenClaw, OpenHands, OpenCode, Gemini CLI,
 * Qwen Code, droid, Cursor, Hermes, SWE-agent, mini-swe-agent, Cline, Copilot, Goose, Terminus, inspect.
 * A name stands in one table; what depends on arguments is decided in tool-kind.ts.
 */
import type { Kind } from "./act-kind.ts";
import { wordSet } from "./words-after.ts";

/** "mcp__files__Read_File" -> "read_file"; "functions.exec" -> "exec"; "runTests" -> "run_tests". */
export function plainName(name: string): string {
  const last = name.split(/__|[.:/]/).findLast((part) => /[a-z]/i.test(part)) ?? name;
  return last
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll("-", "_");
}

/** Its argument is a shell script. */
export const isShellTool = (name: string): boolean => SHELLS.has(plainName(name));

/** What a tool of a known agent does; undefined: no name of the tables. */
export function knownTool(name: string): Kind | "ask" | undefined {
  const plain = plainName(name);
  return TABLES.find(([, names]) => names.has(plain))?.[0];
}

// ---------------------------------------------------------------------------------------------

const SHELLS = wordSet(`
  bash shell sh zsh terminal execute exec execute_bash execute_shell execute_command run_command run_commands run_bash
  run_shell run_shell_command run_terminal_cmd run_terminal_command run_in_terminal exec_command shell_command local_shell
  local_shell_call bash_command bash_session shell_exec command_line bash_tool cmd powershell run_cmd container_exec`);

const TABLES: readonly (readonly [Kind | "ask", ReadonlySet<string>])[] = [
  [
    "final",
    wordSet(`
    submit finish complete_task task_complete mark_task_complete attempt_completion submit_and_exit final_answer done
    complete exit submit_answer submit_patch agent_finish`),
  ],
  [
    "blocked",
    wordSet(
      "exit_forfeit give_up forfeit transfer_to_human transfer_to_human_agents escalate_to_human",
    ),
  ],
  [
    "ask",
    wordSet(`
    ask_user ask_user_question ask_question ask_followup_question question clarify request_user_input ask_human ask
    ask_clarification user_input`),
  ],
  [
    "read",
    wordSet(`
    read read_file read_files read_many_files view view_file view_image open_file open goto scroll_up scroll_down cat
    notebook_read filemap get_file_contents get_file_content read_text_file read_multiple_files show_file read_lines
    read_file_range get_changed_files read_media_file`),
  ],
  [
    "write",
    wordSet(`
    edit write multi_edit multiedit write_file create_file create_directory edit_file delete_file replace replace_in_file
    write_to_file search_replace search_and_replace str_replace insert_edit_into_file replace_string_in_file
    multi_replace_string_in_file apply_patch applypatch patch notebook_edit edit_notebook create insert append
    insert_content apply_diff undo_edit reapply move_file rename_file copy_file remove_file edit_block rewrite
    edit_lines update_file append_to_file create_new_file edit_existing_file single_find_and_replace editor`),
  ],
  [
    "search",
    wordSet(`
    grep glob find ls list list_dir list_directory list_files search_file_content grep_search file_search search_files
    codebase_search search_codebase semantic_search codesearch search_dir search_file find_file list_code_definition_names
    list_code_usages web_search google_web_search websearch web_fetch webfetch fetch_url fetch_webpage fetch_web_content
    web_extract github_repo list_mcp_resources read_mcp_resource tool_search memory_search memory_get session_search
    get_terminal_output bash_output task_output read_bash get_internal_docs codebase_investigator directory_tree
    search_repo view_code_item find_path file_glob_search view_repo_map view_subdirectory fetch_rules lsp
    get_file_info list_allowed_directories get_diff view_diff git_diff git_log git_status list_background_tasks`),
  ],
  [
    "verify",
    wordSet(`
    run_tests run_test read_lints get_errors get_diagnostics diagnostics lint typecheck run_linter test_failure test`),
  ],
  [
    "call",
    wordSet(`
    todo_write todowrite todo_read todoread todo write_todos manage_todo_list update_plan task_create task_update task_list
    task_tracker task agent spawn_agent wait_agent send_input close_agent delegate delegate_task new_task skill
    activate_skill use_skill enter_plan_mode exit_plan_mode plan_mode_respond save_memory store_memory memory
    report_intent kill_shell kill_bash stop_bash write_bash write_stdin send_message process cron message gateway
    tool_call use_mcp_tool condensation_request think thinking sleep wait`),
  ],
];
