// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @title PausableToken
/// @notice Moves nothing while its issuer has paused it.
contract PausableToken is MintableToken {
    bool private paused;

    error Paused();

    function setPaused(bool value) external {
        paused = value;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!paused, Paused());
        super._update(from, to, value);
    }
}
