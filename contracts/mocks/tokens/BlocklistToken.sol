// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @title BlocklistToken
/// @notice Moves nothing from or to accounts that its issuer has blocked.
contract BlocklistToken is MintableToken {
    mapping(address account => bool) private blocked;

    error Blocked(address account);

    function setBlocked(address account, bool value) external {
        blocked[account] = value;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!blocked[from], Blocked(from));
        require(!blocked[to], Blocked(to));
        super._update(from, to, value);
    }
}
