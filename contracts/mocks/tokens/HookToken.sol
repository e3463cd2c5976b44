// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @title HookToken
/// @notice Calls in the middle of each transfer, as ERC-777 does, and keeps the answers.
contract HookToken is MintableToken {
    address private target;
    bytes[] private messages;
    bytes[] private received;

    /// @param messages_ What to send to `target_` while tokens move; nothing to stop.
    function setHook(address target_, bytes[] calldata messages_) external {
        target = target_;
        messages = messages_;
        delete received;
    }

    /// @notice What the messages of the latest transfer were answered with.
    function answers() external view returns (bytes[] memory) {
        return received;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        delete received;
        for (uint256 i = 0; i < messages.length; ++i) {
            (, bytes memory answer) = target.call(messages[i]);
            received.push(answer);
        }
    }
}
