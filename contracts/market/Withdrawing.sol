// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../interfaces/IStorageMarket.sol";
import {Ledger} from "./Ledger.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Withdrawing
/// @notice Balances become tokens again, each for its own account.
abstract contract Withdrawing is IStorageMarket, Ledger {
    using SafeERC20 for IERC20;

    /// @inheritdoc IStorageMarket
    function withdraw(address to, uint256 amount) external nonReentrant {
        _checkRecipient(to);

        _pay(msg.sender, to, amount);
    }

    /// @inheritdoc IStorageMarket
    function push(address account) external nonReentrant {
        require(!keepsBalance[account], BalanceKept(account));

        _pay(account, account, balanceOf[account]);
    }

    /// @inheritdoc IStorageMarket
    function keepBalance(bool keep) external nonReentrant {
        keepsBalance[msg.sender] = keep;
        emit BalanceKeeping(msg.sender, keep);
    }

    /// @dev The only way out.
    function _pay(address account, address to, uint256 amount) private {
        if (amount == 0) return;
        _debit(account, amount);
        emit Withdrawn(account, to, amount);

        TOKEN.safeTransfer(to, amount);
    }
}
