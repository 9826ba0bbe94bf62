"""A llama model of transformers as a file of llama.cpp, by the package `gguf`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""The names of a layer's weights there and here."""


def rotated(weight: Any, heads: int) -> Any:
    """The rows of a query or key projection in llama.cpp's order: pairs of a rotation stand side by side."""
    halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(weight.shape))


def write_gguf(folder: Path, path: Path, chat_template: str) -> Path:
    """Write the model of a folder, in 32 bits, with its byte-level BPE and a template for chats."""
    import gguf
    from transformers import AutoModelForCausalLM

    module = AutoModelForCausalLM.from_pretrained(folder)
    config, weights = module.config, {name: each.detach().numpy() for name, each in module.state_dict().items()}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_vocab_size(config.vocab_size)
    _add_tokenizer(writer, gguf, json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"])
    writer.add_chat_template(chat_template)
    for here, there in (("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output")):
        writer.add_tensor(f"{there}.weight", weights[f"{here}.weight"])
    for at in range(config.num_hidden_layers):
        for there, here in LAYER.items():
            weight = weights[f"model.layers.{at}.{here}.weight"]
            turned = rotated(weight, config.num_attention_heads) if there in {"attn_q", "attn_k"} else weight
            writer.add_tensor(f"blk.{at}.{there}.weight", turned)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: Any, gguf: Any, model: Any) -> None:
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    control, normal = int(gguf.TokenType.CONTROL), int(gguf.TokenType.NORMAL)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([control if token == "<|endoftext|>" else normal for token in tokens])
    writer.add_token_merges([each if isinstance(each, str) else " ".join(each) for each in model["merges"]])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)
